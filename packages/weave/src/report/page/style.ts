/** The style of a page. One hue for what ran, deeper on the critical path; red, amber and grey for the rest. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --bg: #f5f6f8; --card: #fff; --ink: #1b2027; --muted: #626c79; --line: #e1e5ea; --hover: #f0f4fa;
  --ok: #8db5ea; --strong: #1d5fc0; --bad: #d23c3c; --bad-soft: #fbeaea; --cut: #dba32c; --wait: #b8c0ca; --good: #23804a;
  --radius: 10px; --gap: 14px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #12151a; --card: #1a1f26; --ink: #e5e9ee; --muted: #97a2b0; --line: #2b323c; --hover: #222934;
    --ok: #3d679f; --strong: #7fb2ff; --bad: #ef6461; --bad-soft: #35201f; --cut: #c7962f; --wait: #4a5461; --good: #58b87f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--bg); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
.run { max-width: 1500px; margin: 0 auto; padding: 22px 24px; display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr); }
.run + .run { border-top: 1px solid var(--line); }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
h1 { font-size: 22px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 2px; }
.sub, .hint, small { color: var(--muted); }
.sub { font-size: 12.5px; }
header .sub { width: 100%; margin: 0; display: flex; flex-wrap: wrap; gap: 2px 14px; font-variant-numeric: tabular-nums; }
.hint { margin: 0 0 10px; font-size: 13px; }
.pill { border-radius: 99px; padding: 2px 10px; font-size: 12.5px; font-weight: 600; color: #fff; background: var(--muted); }
.pill.ok { background: var(--good); } .pill.bad { background: var(--bad); } .pill.cut { background: var(--cut); color: #12151a; }
@media (prefers-color-scheme: dark) { .pill { color: #12151a; } }
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: 14px 16px; min-width: 0; }
.totals { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }
.totals div { background: var(--card); padding: 10px 14px; display: grid; gap: 1px; align-content: start; }
.totals span { font-size: 12px; color: var(--muted); }
.totals b { font-size: 21px; font-weight: 650; font-variant-numeric: tabular-nums; }
.totals small { font-size: 12px; }

.error { border-left: 3px solid var(--bad); background: var(--bad-soft); border-radius: 4px; padding: 7px 11px; margin-top: 8px; }
.error.stall { border-color: var(--cut); background: none; }
.error p { margin: 0; overflow-wrap: anywhere; }
.error a { color: inherit; font-weight: 600; }
.error .message { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
.error .cause { font-size: 12.5px; color: var(--muted); }
.error ul { margin: 4px 0 0; padding-left: 18px; }
.error pre { margin: 6px 0 0; overflow: auto; font-size: 12px; max-height: 260px; }
summary { cursor: pointer; color: var(--muted); font-size: 12.5px; }
.repeated { margin-top: 8px; } .repeated .error { border-color: var(--cut); background: none; }

.path { display: flex; gap: 2px; height: 30px; border-radius: 6px; overflow: hidden; }
.path i { flex: 1 1 0; min-width: 1px; background: var(--strong); color: #fff; font-style: normal; font-size: 12px; line-height: 30px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; cursor: pointer; }
.path i.bad { background: var(--bad); } .path i.cut { background: var(--cut); color: #12151a; }
.path span { padding: 0 8px; }
@media (prefers-color-scheme: dark) { .path i { color: #12151a; } }

.graph { overflow: auto; max-height: 82vh; margin: 0 -6px; }
.graph svg { display: block; width: var(--w); max-width: none; height: auto; }
.graph svg.boxes { min-width: calc(var(--w) * .72); width: min(var(--w), 100%); }
.graph svg.dots { min-width: min(var(--w), 720px); width: min(var(--w), 100%); margin: 0 auto; }
.edges path { fill: none; stroke: var(--wait); stroke-width: 1.2; opacity: .8; }
.dots .edges path { stroke-width: .8; opacity: .45; }
.edges path.crit { stroke: var(--strong); stroke-width: 2; opacity: 1; }
.edges path.on { stroke: var(--ink); stroke-width: 2; opacity: 1; }
.node { cursor: pointer; }
.node > rect:first-child { fill: var(--card); stroke: var(--wait); stroke-width: 1.2; }
.node.crit > rect:first-child { stroke: var(--strong); stroke-width: 2; }
.node.bad > rect:first-child { stroke: var(--bad); fill: var(--bad-soft); stroke-width: 2; }
.node.cut > rect:first-child { stroke: var(--cut); stroke-width: 1.6; }
.node.skip > rect:first-child, .node.open > rect:first-child { stroke-dasharray: 4 3; }
.node.skip text { fill: var(--muted); }
.dots .node > rect:first-child { fill: var(--ok); stroke: none; }
.dots .node.crit > rect:first-child { fill: var(--strong); } .dots .node.bad > rect:first-child { fill: var(--bad); }
.dots .node.cut > rect:first-child { fill: var(--cut); }
.dots .node.skip > rect:first-child, .dots .node.open > rect:first-child { fill: var(--card); stroke: var(--wait); stroke-width: 1; stroke-dasharray: 2 2; }
.node text, .input text { font-size: 12.5px; fill: var(--ink); } .node.crit text:first-of-type { font-weight: 650; }
.node text.sub, .node text.sub:first-of-type { font-size: 11px; fill: var(--muted); font-weight: 400; }
.node .share { fill: var(--ok); } .node.crit .share { fill: var(--strong); } .node.bad .share { fill: var(--bad); }
.input rect { fill: none; stroke: var(--wait); } .input text { fill: var(--muted); font-size: 12px; }
.node:hover > rect:first-child, .node:focus-visible > rect:first-child, .node.on > rect:first-child { stroke: var(--ink); stroke-width: 2.2; stroke-dasharray: none; }
.node:focus { outline: none; }

.tools { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin: 4px 0 10px; }
.find { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--line); border-radius: 7px; padding: 4px 10px; width: 210px; max-width: 100%; }
.filters { display: flex; flex-wrap: wrap; gap: 6px; }
.filter { font: inherit; font-size: 12.5px; color: var(--muted); background: none; border: 1px solid var(--line); border-radius: 99px; padding: 2px 10px; cursor: pointer; }
.filter[aria-pressed=true] { color: var(--card); background: var(--ink); border-color: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 12px; font-size: 12px; color: var(--muted); margin-left: auto; }
.legend span { display: inline-flex; align-items: center; gap: 5px; }
.key { width: 16px; height: 9px; border-radius: 2px; display: inline-block; }

.time { --name: 230px; --dur: 66px; overflow: auto; max-height: 78vh; border-top: 1px solid var(--line); position: relative; }
.axis, .row, .overview { display: grid; grid-template-columns: var(--name) var(--dur) minmax(0, 1fr); column-gap: 10px; }
.axis { position: sticky; top: 0; z-index: 2; background: var(--card); height: 24px; border-bottom: 1px solid var(--line); }
.axis div { position: relative; }
.axis i { position: absolute; top: 4px; font-style: normal; font-size: 11px; color: var(--muted); white-space: nowrap; padding-left: 3px; border-left: 1px solid var(--line); height: 20px; }
.overview { align-items: center; border-bottom: 1px solid var(--line); color: var(--muted); font-size: 12.5px; }
.overview .track { min-height: 38px; } .overview .density { height: 34px; }
.rows { list-style: none; margin: 0; padding: 0; }
.row { align-items: center; min-height: 26px; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); cursor: pointer; content-visibility: auto; contain-intrinsic-size: auto 27px; }
.row:hover, .row.on { background: var(--hover); } .row:focus { outline: none; } .row:focus-visible { outline: 2px solid var(--strong); outline-offset: -2px; }
.row[hidden] { display: none; }
.name { display: flex; align-items: baseline; gap: 6px; min-width: 0; padding-left: 16px; position: relative; }
.name b { font-weight: 450; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 0 1 auto; min-width: 3em; }
.name small { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-size: 11.5px; flex: 0 1 auto; min-width: 2em; }
.row.crit .name b { font-weight: 650; }
.row.bad .name b, .row.bad small { color: var(--bad); } .row.skip .name b { color: var(--muted); }
.dur { text-align: right; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
.track { position: relative; min-height: 26px; background: linear-gradient(to right, var(--line) 1px, transparent 1px) 0 0 / var(--pitch) 100%; }
.track.items { grid-column: 3; } .lanes { position: relative; }
.toggle { all: unset; cursor: pointer; position: absolute; left: 0; top: 50%; transform: translateY(-50%); width: 14px; text-align: center; color: var(--muted); font-size: 11px; }
.toggle[aria-expanded=true] { transform: translateY(-50%) rotate(90deg); } .toggle:focus-visible { outline: 2px solid var(--strong); }
.bar { position: absolute; top: 5px; height: 16px; min-width: 2px; border-radius: 3px; background: var(--ok); }
.lanes .bar { border-radius: 2px; }
.key.ok, .density .ok { background: var(--ok); fill: var(--ok); }
.key.strong, .row.crit .bar.ok { background: var(--strong); } .row.crit .density .ok { fill: var(--strong); }
.bar.bad, .key.bad { background: var(--bad); } .density .bad { fill: var(--bad); }
.bar.cut, .key.cut { background: var(--cut); }
.bar.open { background: linear-gradient(to right, var(--ok) 60%, transparent); }
.bar.wait, .key.wait { background: repeating-linear-gradient(135deg, var(--wait) 0 2px, transparent 2px 6px); }
.bar:hover { filter: brightness(1.12); }
.density { position: absolute; top: 3px; height: 20px; min-width: 2px; }

#details { position: fixed; right: 16px; bottom: 16px; width: 370px; max-width: calc(100vw - 24px); max-height: min(70vh, 560px); overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: 0 8px 30px #0004; padding: 12px 16px 14px; z-index: 5; }
#details h3 { margin: 0 26px 6px 0; font-size: 15px; overflow-wrap: anywhere; }
#details .close { all: unset; cursor: pointer; position: absolute; right: 12px; top: 8px; font-size: 18px; color: var(--muted); padding: 2px 6px; }
#details .close:focus-visible { outline: 2px solid var(--strong); }
#details dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 12px; margin: 0; font-size: 13px; }
#details dt { color: var(--muted); } #details dd { margin: 0; overflow-wrap: anywhere; }
#details button.link { all: unset; cursor: pointer; text-decoration: underline; text-decoration-color: var(--wait); margin-right: 8px; overflow-wrap: anywhere; }
#details button.link:focus-visible { outline: 2px solid var(--strong); }
#details code { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
#details .failed { color: var(--bad); }
#tip { position: fixed; z-index: 9; pointer-events: none; background: var(--ink); color: var(--card); border-radius: 6px; padding: 5px 9px; font-size: 12.5px; white-space: pre-wrap; overflow-wrap: anywhere; max-width: min(420px, 90vw); }
#tip[hidden], #details[hidden] { display: none; }

@media (max-width: 980px) { .totals { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 700px) {
  .run { padding: 14px 10px; } .card { padding: 12px; }
  .totals { grid-template-columns: repeat(2, 1fr); } .totals b { font-size: 18px; }
  .legend { margin-left: 0; } .find { width: 100%; }
  .axis { grid-template-columns: minmax(0, 1fr); } .axis span { display: none; }
  .axis i:nth-child(even) { display: none; }
  .row { grid-template-columns: minmax(0, 1fr) max-content; padding: 3px 0 4px; contain-intrinsic-size: auto 50px; }
  .overview { grid-template-columns: minmax(0, 1fr); } .overview .name { padding-left: 0; } .overview .dur, .row.skip .track { display: none; }
  .track, .track.items { grid-column: 1 / -1; min-height: 20px; } .bar { top: 2px; } .density { top: 0; }
  .graph svg.boxes { min-width: var(--w); }
  #details { right: 0; left: 0; bottom: 0; width: auto; max-width: none; max-height: 55vh; border-radius: var(--radius) var(--radius) 0 0; }
}
@media (prefers-reduced-motion: no-preference) { .toggle { transition: transform .12s; } }
@media print { .time, .graph { max-height: none; overflow: visible; } .tools, #details { display: none; } }
`
