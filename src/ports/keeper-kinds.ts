import { kindOf } from './custom-objects.ts';

/** The objects of those who keep others from Git. */
export const APPLICATIONS = kindOf('argoproj.io', 'v1alpha1', 'applications', 'Application');
export const KUSTOMIZATIONS = kindOf('kustomize.toolkit.fluxcd.io', 'v1', 'kustomizations', 'Kustomization');
export const GIT_REPOSITORIES = kindOf('source.toolkit.fluxcd.io', 'v1', 'gitrepositories', 'GitRepository');
export const HELM_RELEASES = kindOf('helm.toolkit.fluxcd.io', 'v2', 'helmreleases', 'HelmRelease');
