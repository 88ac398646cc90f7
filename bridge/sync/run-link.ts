/** The life of a bridge's link: asks for an epoch, compares, then uploads, polls and tells results at once, and goes on from whatever breaks as `link.ts` says. */
import type { Acknowledged, ConnectAnswer, ConnectRequest } from '#contract/bridge.ts';
import { documentKey } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import type { Problem } from '#contract/problems.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import type { IndexedDocument } from '../project.ts';
import type { Pending } from './batch.ts';
import type { RelayClock } from './clock.ts';
import type { Manifest } from './digest.ts';
import { nothingLearned } from './hold.ts';
import { type LinkEvent, type LinkState, linkLife } from './link.ts';
import { manifestPages } from './manifest.ts';
import { type Contact, LinkMoved, persist } from './persist.ts';
import { type CommandSink, type PollMemory, pollOnce, runPoll } from './poll.ts';
import { type ResultSource, runResults } from './results.ts';
import { createUploadTuning, runUpload } from './upload.ts';
import { createWakeup } from './wakeup.ts';
