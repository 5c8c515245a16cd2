import {
  assertNotImporting,
  currentFrame,
  levelHere,
  newCallId,
  runInFrame,
} from '@conc/core/internal'
import type { Lineage } from '../named/lineage.js'
import type { Graph } from '../plan/graph.js'
import { checkGraph, GraphPlan, type Plan } from '../plan/plan.js'
import { inputsOf } from '../run/inputs.js'
import type { WeaveRun } from '../run/run.js'
import type { AnyRunOptions } from '../run/run-options.js'
import { selectionOf } from '../run/selection.js'
import { type Checked, checkedBackground } from './background-options.js'
import { BackgroundRun } from './background-run.js'
import { detachedRunner } from './detached.js'
import { HereRunner } from './here-runner.js'
import { Mirror } from './mirror.js'
import { portable, portableOptions } from './portable.js'
import { ProcessLink } from './process-link.js'
import { RemoteRunner } from './remote-runner.js'
import { checkValues, type Request, requestBytes } from './request.js'
import type { Runner } from './runner.js'
import { ThreadLink } from './thread-link.js'

/** A weave that is to run in the background. */
export interface Sent {
  readonly graph: Graph
  readonly plan: Plan
  readonly lineage: Lineage | undefined
  readonly inputs: Readonly<Record<string, unknown>>
  /** Begins a run here. */
  begin(options: AnyRunOptions): WeaveRun
}

/**
 * @throws {InvalidOptionError} @throws {WeavePlanError} @throws {MissingInputError}
 * @throws {WeaveNotPortableError} @throws {SerializationError}
 */
export function startBackground(sent: Sent, options: unknown): BackgroundRun {
  const checked = checkedBackground(options)
  const { where, run: runOptions, onDone } = checked
  const mirror = mirrorOf(sent, runOptions)
  const id = newCallId()
  const isCalledThere = where === 'detached'
  const run = new BackgroundRun({
    id,
    title: sent.lineage?.kind === 'named' ? `weave '${sent.lineage.name}'` : 'a weave',
    where,
    runner: runnerOf(sent, checked, id, mirror),
    signal: runOptions.signal,
    onDone: isCalledThere ? undefined : onDone,
    hasCallbackThere: isCalledThere && onDone !== undefined,
    never: (error) => mirror.settled({ error }),
    frame: { vars: currentFrame()?.vars },
  })
  run.begin()
  return run
}

/** @throws {WeavePlanError} @throws {MissingInputError} */
function mirrorOf({ graph, inputs }: Sent, options: AnyRunOptions): Mirror {
  const { only, given, executors = {} } = options
  const selection = only || given ? selectionOf(graph, only, given) : undefined
  checkGraph(graph, { ...options, executors }, selection)
  const plan = new GraphPlan(graph, { executors, isRun: true }, selection?.isWanted)
  return new Mirror(graph, plan, inputsOf(graph, inputs, selection))
}

function runnerOf(sent: Sent, checked: Checked, id: string, mirror: Mirror): Runner {
  const { where, graceMs, run } = checked
  if (where === 'here') return hereRunner(sent, checked)
  assertNotImporting(`A weave was started in a ${where}`)
  const request = requestOf(sent, checked, id)
  checkValues(request)
  const { weave, deadline } = request
  const common = { weave, mirror, graceMs, deadline, onEvent: run.onEvent }
  if (where === 'detached') return detachedRunner(request, checked, common)
  const bytes = requestBytes(request)
  const link = where === 'thread' ? new ThreadLink(bytes) : childLink(bytes)
  return new RemoteRunner({ ...common, link, isDetached: false })
}

function childLink(request: Uint8Array): ProcessLink {
  return new ProcessLink({
    args: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    isDetached: false,
    opened: (link) => link.post({ type: 'run', request }),
  })
}

/** Nothing of what surrounds the call is inherited, but for context variables, and who wants records. */
function hereRunner({ begin }: Sent, { run }: Checked): HereRunner {
  const around = currentFrame()
  const frame = { vars: around?.vars, logs: around?.logs }
  return new HereRunner((signal) => runInFrame(frame, () => begin({ ...run, signal })))
}

function requestOf({ plan, lineage, inputs }: Sent, checked: Checked, id: string): Request {
  const { name, module, values } = portable(lineage)
  const { timeoutMs = Number.POSITIVE_INFINITY, onEvent } = checked.run
  const now = Date.now()
  const options = portableOptions(checked)
  const vars = currentFrame()?.vars ?? new Map()
  return {
    id,
    weave: name,
    module,
    where: checked.where as Request['where'],
    dependencies: plan.dependencies,
    fingerprint: plan.fingerprint,
    graceMs: checked.graceMs,
    ...(timeoutMs !== Number.POSITIVE_INFINITY && { deadline: now + timeoutMs }),
    hasListener: onEvent !== undefined,
    logLevel: levelHere(),
    askedAt: now,
    values: { bound: values, inputs, options, vars },
  }
}
