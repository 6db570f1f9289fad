import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { loadModules } from '../app/load-modules.ts';
import { OPT_INS, type OptIn, rbacYaml } from '../checks/rbac.ts';
import type { Action } from '../extension-points.ts';

type Options = { namespaces?: string; observe?: true; with?: string; serviceAccount?: string };

/** `nightshift rbac`. */
export function addRbac(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .command('rbac')
    .option('--namespaces <names>', 'Roles in these namespaces (a,b) in place of a ClusterRole for all')
    .option('--observe', 'rights to look only')
    .option('--with <rights>', `rights that nobody gets unasked: ${OPT_INS.join(', ')}, or all`, 'none')
    .option('--service-account <namespace/name>', 'bind them to this ServiceAccount')
    .description('print the roles that the enabled actions and settings need')
    .action(async (options: Options) => {
      const actions = await loadModules<Action>(fileURLToPath(new URL('../actions', import.meta.url)));
      const asked = rbacOptions(options, env);
      if ('error' in asked) {
        console.error(asked.error);
        process.exitCode = 1;
      } else console.log(rbacYaml(actions, asked));
    });
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function rbacOptions(options: Options, env: NodeJS.ProcessEnv) {
  const namespaces = options.namespaces?.split(',').map((name) => name.trim()) ?? null;
  const odd = namespaces?.find((name) => !NAME.test(name));
  if (odd !== undefined) return { error: `--namespaces: “${odd}” is no name of a namespace` };
  const wanted = (options.with ?? '').split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !['', 'none', 'all', ...OPT_INS].includes(name));
  if (unknown !== undefined) return { error: `--with: “${unknown}” is none of ${OPT_INS.join(', ')}, all, none` };
  const [namespace, name, ...rest] = options.serviceAccount?.split('/') ?? [];
  if (options.serviceAccount !== undefined && !(namespace && name && rest.length === 0))
    return { error: '--service-account: must be namespace/name, such as nightshift/nightshift' };
  const read = readConfig(env);
  const settings = read.ok ? read.config.settings : null;
  const tightens = settings?.scan.tighten_monitors === true;
  const optIns: OptIn[] = OPT_INS.filter((one) =>
    one === 'monitors' ? tightens || wanted.includes(one) : wanted.includes('all') || wanted.includes(one),
  );
  return {
    namespaces,
    optIns,
    mode: options.observe || settings?.mode === 'observe' ? ('observe' as const) : ('act' as const),
    serviceAccount: namespace && name ? { namespace, name } : null,
  };
}
