import type { RunTrace } from '../../seeing/run-trace.js'
import { criticalView } from './critical-view.js'
import { type Details, detailsOf } from './details.js'
import { escaped, jsonForScript } from './escape.js'
import { graphView } from './graph-view.js'
import { problemsView } from './problems-view.js'
import { type RunView, viewOf } from './run-view.js'
import { pageScript } from './script.js'
import { pageStyle } from './style.js'
import { runFacts, statusPill, totalsView } from './summary-view.js'
import { timelineView } from './timeline-view.js'

/** No address may be loaded from, whatever the page holds. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

/** The whole page. */
export function pageOf(runs: readonly RunTrace[], title: string): string {
  const views = runs.map(viewOf)
  const parts = views.map((view, number) => runPart(view, number === 0 ? title : undefined))
  const details = views.map((view): Details[] => detailsOf(view))
  const body = parts.length > 0 ? parts.join('\n') : emptyPart(title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>
${pageStyle}</style>
</head>
<body>
${body}
<aside id="details" hidden aria-live="polite"></aside>
<div id="tip" hidden role="tooltip"></div>
<script type="application/json" id="data">${jsonForScript(details)}</script>
<script>
${pageScript}</script>
</body>
</html>
`
}

/** @param title of the whole page, above its first run. */
function runPart(view: RunView, title: string | undefined): string {
  const { run } = view
  const heading = title === undefined ? '<h1>another run</h1>' : `<h1>${escaped(title)}</h1>`
  return `<main class="run">
<header>${heading}${statusPill(run)}<p class="sub">${runFacts(run)}</p></header>
${[totalsView(view), problemsView(view), criticalView(view), graphView(view), timelineView(view)].filter(Boolean).join('\n')}
</main>`
}

function emptyPart(title: string): string {
  return `<main class="run"><header><h1>${escaped(title)}</h1><p class="sub">No events.</p></header></main>`
}
