import { kindByRule } from '../domain/issue-kind.ts';

/** A node’s disk, memory, network or clock. */
const nodeMachine = kindByRule({
  name: 'node_machine',
  title: 'The machine under a node',
  says: { now: 'has trouble with its machine', past: 'had trouble with its machine' },
  of: 'node',
  alerts: [
    'NodeFilesystemAlmostOutOfSpace',
    'NodeFilesystemSpaceFillingUp',
    'NodeFilesystemAlmostOutOfFiles',
    'NodeFilesystemFilesFillingUp',
    'NodeNetworkReceiveErrs',
    'NodeNetworkTransmitErrs',
    'NodeNetworkInterfaceFlapping',
    'NodeHighNumberConntrackEntriesUsed',
    'NodeClockSkewDetected',
    'NodeClockNotSynchronising',
    'NodeRAIDDegraded',
    'NodeRAIDDiskFailure',
    'NodeFileDescriptorLimit',
    'NodeMemoryHighUtilization',
    'NodeMemoryMajorPagesFaults',
    'NodeCPUHighUsage',
    'NodeSystemSaturation',
    'NodeDiskIOSaturation',
    'NodeSystemdServiceFailed',
    'NodeSystemdServiceCrashlooping',
    'NodeBondingDegraded',
    'HostOutOfDiskSpace',
    'HostOutOfMemory',
    'HostHighCpuLoad',
  ],
});
export default nodeMachine;
