import { badConfig } from './bad-config.ts';
import { badDeploy } from './bad-deploy.ts';
import { blindAutoscaler } from './blind-autoscaler.ts';
import { cordonForgotten, taintLeft } from './closed-nodes.ts';
import { connectionLeak } from './connection-leak.ts';
import { dependencyDown } from './dependency-down.ts';
import { drainBlocked } from './drain-blocked.ts';
import { evictedLeft } from './evicted-left.ts';
import { imageUnauthorized, pullRateLimit, registryUnknown } from './failed-pulls.ts';
import { cronJobFailing, jobFailed } from './failing-jobs.ts';
import { hpaMaximum } from './hpa-maximum.ts';
import { imagePull } from './image-pull.ts';
import { jobInterrupted } from './job-interrupted.ts';
import type { FaultKind } from './kind.ts';
import { latency } from './latency.ts';
import { lyingAlert } from './lying-alert.ts';
import { memoryLeak } from './memory-leak.ts';
import { migratedDeploy } from './migrated-deploy.ts';
import { failedMount, missingConfigMap, missingSecret } from './missing-parts.ts';
import { networkPolicyDeny } from './network-policy-deny.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { nodePressure } from './node-pressure.ts';
import { noisyNeighbour } from './noisy-neighbour.ts';
import { flapping, resolvesByItself } from './passing.ts';
import { pdbDeadlock } from './pdb-deadlock.ts';
import { providerAway } from './provider-away.ts';
import { quotaExhausted } from './quota-exhausted.ts';
import { redHerring } from './red-herring.ts';
import { missingAccount, podSecurity, quotaFull } from './refused-pods.ts';
import { trafficSurge } from './traffic-surge.ts';
import { claimUnbound, unschedulableApart, unschedulableCpu, unschedulableSelector } from './unschedulable.ts';
import { volumeFilling } from './volume-filling.ts';
import { cpuThrottling, memoryLimit } from './wrong-limit.ts';
import { livenessPort, readinessPort, readinessScheme } from './wrong-probes.ts';
import { serviceSelector, serviceTargetPort } from './wrong-service.ts';
import { wrongAddress, wrongArgument } from './wrong-start.ts';
import { zeroReplicas } from './zero-replicas.ts';

/** Every fault that the sandbox knows, in the order in which the page offers them. */
export const FAULT_KINDS: readonly FaultKind[] = [
  badDeploy,
  migratedDeploy,
  memoryLeak,
  latency,
  dependencyDown,
  trafficSurge,
  nodePressure,
  imagePull,
  badConfig,
  cpuThrottling,
  memoryLimit,
  noisyNeighbour,
  nodeNotReady,
  connectionLeak,
  volumeFilling,
  quotaExhausted,
  pdbDeadlock,
  hpaMaximum,
  providerAway,
  imageUnauthorized,
  registryUnknown,
  pullRateLimit,
  missingConfigMap,
  missingSecret,
  failedMount,
  unschedulableSelector,
  unschedulableCpu,
  unschedulableApart,
  claimUnbound,
  readinessPort,
  readinessScheme,
  livenessPort,
  missingAccount,
  quotaFull,
  podSecurity,
  wrongArgument,
  wrongAddress,
  serviceSelector,
  serviceTargetPort,
  zeroReplicas,
  jobFailed,
  cronJobFailing,
  jobInterrupted,
  evictedLeft,
  drainBlocked,
  blindAutoscaler,
  networkPolicyDeny,
  cordonForgotten,
  taintLeft,
  flapping,
  resolvesByItself,
  redHerring,
  lyingAlert,
];
