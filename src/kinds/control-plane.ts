import { kindByRule } from '../domain/issue-kind.ts';

/** The API server, the scheduler, the controllers, etcd, the kubelets or the cluster’s DNS. */
const controlPlane = kindByRule({
  name: 'control_plane',
  title: 'The control plane is unwell',
  says: { now: 'is unwell', past: 'was unwell' },
  alerts: [
    'KubeAPIDown',
    'KubeAPIErrorBudgetBurn',
    'KubeAPITerminatedRequests',
    'KubeAggregatedAPIDown',
    'KubeAggregatedAPIErrors',
    'KubeClientErrors',
    'KubeSchedulerDown',
    'KubeControllerManagerDown',
    'KubeProxyDown',
    'KubeVersionMismatch',
    'KubeletDown',
    'KubeletTooManyPods',
    'KubeletPlegDurationHigh',
    'KubeletPodStartUpLatencyHigh',
    'etcdMembersDown',
    'etcdInsufficientMembers',
    'etcdNoLeader',
    'etcdHighNumberOfLeaderChanges',
    'etcdDatabaseQuotaLowSpace',
    'etcdHighFsyncDurations',
    'etcdHighCommitDurations',
    'etcdGRPCRequestsSlow',
    'etcdMemberCommunicationSlow',
    'etcdExcessiveDatabaseGrowth',
    'CoreDNSDown',
    'CoreDNSErrorsHigh',
    'CoreDNSLatencyHigh',
    'KubeDNSDown',
  ],
});
export default controlPlane;
