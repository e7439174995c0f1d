/**
 * Names for the shapes of `schemas/openapi.yaml`, from which `npm run generate` writes `generated/openapi.d.ts`. A shape is changed
 * there, where the program's own answers are held against it, never here.
 */
import type { components } from '@openapi';

type Schemas = components['schemas'];

export type Resource = Schemas['AnyResource'];
export type Relationships = Schemas['Relationships'];

export type Session = Schemas['Session'];
export type Credentials = Schemas['Credentials'];

export type Device = Schemas['SecurityDevice'];
export type DeviceAttributes = Schemas['SecurityDeviceAttributes'];
export type DeviceList = Schemas['SecurityDeviceList'];
export type DeviceDocument = Schemas['SecurityDeviceDocument'];
export type DeviceCreate = Schemas['SecurityDeviceCreate'];
export type DevicePatch = Schemas['SecurityDevicePatch'];
export type SecretPatch = Schemas['SecretPatch'];
export type Secrets = Schemas['Secrets'];
export type StatusDetails = Schemas['StatusDetails'];
export type StreamStatus = Schemas['StreamStatus'];
export type Level = StatusDetails['level'];
export type Credential = Schemas['Credential'];

export type Poll = Schemas['Poll'];
export type PollList = Schemas['PollList'];
export type EventCounts = Schemas['EventCounts'];

export type HistoryRow = Schemas['SecurityDeviceHistory'];
export type HistoryList = Schemas['SecurityDeviceHistoryList'];

export type Plugin = Schemas['Plugin'];
export type PluginList = Schemas['PluginList'];
export type PluginTest = Schemas['PluginTest'];
export type PluginInspect = Schemas['PluginInspect'];
export type FormField = Schemas['FormField'];
export type Inspection = Schemas['Inspection'];
export type TestResult = Schemas['TestResult'];

export type Reread = Schemas['Reread'];
export type RereadCost = Schemas['RereadCost'];

export type Event = Schemas['Event'];
export type EventList = Schemas['EventList'];
export type EventDocument = Schemas['EventDocument'];
export type EventVersions = Schemas['EventVersions'];
export type SearchProgress = Schemas['SearchProgress'];
export type SearchDone = Schemas['SearchDone'];

export type Problem = Schemas['Error'];

export type LiveChange = Schemas['LiveChange'];
export type LiveHistory = Schemas['LiveHistory'];
export type LiveEvents = Schemas['LiveEvents'];
export type LiveDetections = Schemas['LiveDetections'];

export type DetectionRule = Schemas['DetectionRule'];
export type DetectionRuleAttributes = Schemas['DetectionRuleAttributes'];
export type DetectionRuleList = Schemas['DetectionRuleList'];
export type DetectionRuleDocument = Schemas['DetectionRuleDocument'];
export type DetectionRulePatch = Schemas['DetectionRulePatch'];
export type RuleState = DetectionRuleAttributes['state'];
export type RuleExample = Schemas['RuleExample'];
export type RuleCheck = Schemas['RuleCheck'];
export type RuleProblem = Schemas['RuleProblem'];
export type MatchedEvent = Schemas['MatchedEvent'];
export type DetectionMatchList = Schemas['DetectionMatchList'];
export type DetectionCounts = Schemas['DetectionCounts'];
export type DetectionHistory = Schemas['DetectionHistory'];
export type DetectionHistoryList = Schemas['DetectionHistoryList'];
export type OwnRule = Schemas['OwnRule'];
export type OwnRuleDocument = Schemas['OwnRuleDocument'];
export type OwnRuleWrite = Schemas['OwnRuleWrite'];
export type BacktestRequest = Schemas['BacktestRequest'];
export type BacktestProgress = Schemas['BacktestProgress'];
export type BacktestBuckets = Schemas['BacktestBuckets'];
export type BacktestMatch = Schemas['BacktestMatch'];
export type BacktestDone = Schemas['BacktestDone'];
export type DeviceDetections = Schemas['DeviceDetections'];

export type UserSession = Schemas['UserSession'];
export type UserSessionList = Schemas['UserSessionList'];
export type PasswordChange = Schemas['PasswordChange'];
export type FactorRequest = Schemas['FactorRequest'];
export type FactorOffer = Schemas['FactorOffer'];
export type RecoveryCodes = Schemas['RecoveryCodes'];
