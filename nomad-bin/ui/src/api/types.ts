/**
 * The fields of the HTTP API's answers that the pages read; the answers carry more.
 *
 * Units as in the API: `...Time` and `Time` are Unix nanoseconds, `...At`, `...By` are RFC 3339 text,
 * `CPU` is MHz, `MemoryMB` and `DiskMB` are MiB, durations are nanoseconds.
 */

export type JobStatus = 'pending' | 'running' | 'dead' | (string & {});
export type JobType = 'service' | 'batch' | 'system' | 'sysbatch' | (string & {});

export interface GroupSummary {
  Queued: number;
  Starting: number;
  Running: number;
  Failed: number;
  Complete: number;
  Lost: number;
  Unknown: number;
}

export interface JobSummary {
  JobID: string;
  Summary: Record<string, GroupSummary> | null;
  Children: { Pending: number; Running: number; Dead: number } | null;
}

export interface JobStub {
  ID: string;
  ParentID: string;
  Name: string;
  /** Left out when empty. */
  Namespace?: string;
  Type: JobType;
  Priority: number;
  Periodic: boolean;
  ParameterizedJob: boolean;
  Stop: boolean;
  Status: JobStatus;
  StatusDescription: string;
  JobSummary: JobSummary | null;
  JobModifyIndex: number;
  SubmitTime: number;
}

export interface TaskSpec {
  Name: string;
  Driver: string;
  Resources: { CPU: number; Cores: number; MemoryMB: number; MemoryMaxMB: number } | null;
  Lifecycle: { Hook: string; Sidecar: boolean } | null;
}

export interface GroupSpec {
  Name: string;
  Count: number;
  EphemeralDisk: { SizeMB: number } | null;
  Tasks: TaskSpec[] | null;
}

export interface Job {
  ID: string;
  Name: string;
  Namespace: string;
  Type: JobType;
  Status: JobStatus;
  StatusDescription: string;
  Stop: boolean;
  Stable: boolean;
  Priority: number;
  Version: number;
  Datacenters: string[] | null;
  NodePool: string;
  Region: string;
  ParentID: string;
  Periodic: { Spec?: string; Specs?: string[] | null } | null;
  ParameterizedJob: object | null;
  TaskGroups: GroupSpec[] | null;
  SubmitTime: number;
}

export interface TaskEvent {
  Type: string;
  Time: number;
  DisplayMessage: string;
  Message: string;
  Details: Record<string, string> | null;
}

export interface TaskState {
  State: 'pending' | 'running' | 'dead' | (string & {});
  Failed: boolean;
  Restarts: number;
  LastRestart: string | null;
  StartedAt: string | null;
  FinishedAt: string | null;
  Events: TaskEvent[] | null;
}

export interface DeploymentHealth {
  Healthy: boolean | null;
  Canary: boolean;
}

export interface RescheduleTracker {
  Events: { RescheduleTime: number; PrevAllocID: string; PrevNodeID: string; Delay: number }[] | null;
}

export interface AllocationStub {
  ID: string;
  Name: string;
  Namespace: string;
  NodeID: string;
  NodeName: string;
  JobID: string;
  JobVersion: number;
  TaskGroup: string;
  DesiredStatus: string;
  DesiredDescription: string;
  ClientStatus: string;
  ClientDescription: string;
  DeploymentStatus: DeploymentHealth | null;
  TaskStates: Record<string, TaskState> | null;
  CreateIndex: number;
  CreateTime: number;
  ModifyTime: number;
}

export interface Port {
  Label: string;
  Value?: number;
  To?: number;
  HostIP?: string;
}

export interface Allocation {
  ID: string;
  EvalID: string;
  Name: string;
  Namespace: string;
  NodeID: string;
  NodeName: string;
  JobID: string;
  TaskGroup: string;
  ClientStatus: string;
  ClientDescription?: string;
  DesiredStatus: string;
  DesiredDescription?: string;
  DeploymentID?: string;
  DeploymentStatus?: DeploymentHealth | null;
  PreviousAllocation?: string;
  NextAllocation?: string;
  FollowupEvalID?: string;
  RescheduleTracker?: RescheduleTracker | null;
  AllocatedResources: {
    Tasks: Record<
      string,
      { Cpu: { CpuShares: number; ReservedCores: number[] | null }; Memory: { MemoryMB: number; MemoryMaxMB: number } }
    > | null;
    Shared: { DiskMB: number; Ports: Port[] | null };
  } | null;
  TaskStates?: Record<string, TaskState> | null;
  NetworkStatus?: { Address: string } | null;
  Job?: Job | null;
  CreateTime: number;
  ModifyTime: number;
}

export interface AllocMetric {
  NodesEvaluated: number;
  NodesFiltered: number;
  NodesInPool: number;
  NodePool: string;
  NodesAvailable: Record<string, number> | null;
  ClassFiltered: Record<string, number> | null;
  ConstraintFiltered: Record<string, number> | null;
  NodesExhausted: number;
  ClassExhausted: Record<string, number> | null;
  DimensionExhausted: Record<string, number> | null;
  QuotaExhausted: string[] | null;
  CoalescedFailures: number;
}

export interface Evaluation {
  ID: string;
  Status: 'pending' | 'complete' | 'failed' | 'blocked' | 'canceled' | (string & {});
  StatusDescription?: string;
  TriggeredBy: string;
  BlockedEval?: string;
  FailedTGAllocs?: Record<string, AllocMetric> | null;
  QueuedAllocations?: Record<string, number> | null;
  WaitUntil?: string | null;
  CreateIndex: number;
  ModifyIndex: number;
  CreateTime: number;
  ModifyTime: number;
}

export interface DeploymentGroup {
  AutoRevert: boolean;
  AutoPromote: boolean;
  Promoted: boolean;
  ProgressDeadline: number;
  RequireProgressBy: string | null;
  PlacedCanaries: string[] | null;
  DesiredCanaries: number;
  DesiredTotal: number;
  PlacedAllocs: number;
  HealthyAllocs: number;
  UnhealthyAllocs: number;
}

export interface Deployment {
  ID: string;
  JobVersion: number;
  Status: string;
  StatusDescription: string;
  TaskGroups: Record<string, DeploymentGroup> | null;
  CreateTime: number;
  ModifyTime: number;
}
