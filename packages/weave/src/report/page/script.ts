/**
 * The script of a page. Everything is on the page without it; it shows details of what is pointed at, clicked or
 * reached by keys, finds tasks by name, and unfolds items. Text goes in by `textContent` only.
 */
export const pageScript = `
'use strict'
const data = JSON.parse(document.getElementById('data').textContent)
const tip = document.getElementById('tip')
const panel = document.getElementById('details')

// What is pointed at.
document.addEventListener('pointermove', (event) => {
  const told = event.target.closest?.('[data-t], .dots .node')
  tip.hidden = !told
  if (!told) return
  tip.textContent = told.dataset.t ?? told.getAttribute('aria-label')
  const { width, height } = tip.getBoundingClientRect()
  const x = Math.min(event.clientX + 14, innerWidth - width - 8)
  const y = event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18
  tip.style.left = Math.max(4, x) + 'px'
  tip.style.top = y + 'px'
})
document.addEventListener('pointerleave', () => { tip.hidden = true })
document.addEventListener('scroll', () => { tip.hidden = true }, true)

document.querySelectorAll('.run').forEach((run, place) => {
  const tasks = data[place]
  if (!tasks) return
  const rows = [...run.querySelectorAll('.row')]
  const byName = new Map(tasks.map((task, number) => [task.n, number]))
  let chosen = -1

  const rowOf = (number) => rows[number]
  const nodeOf = (number) => run.querySelector('.node[data-n="' + number + '"]')

  function choose(number, isShown = true) {
    for (const one of run.querySelectorAll('.on')) one.classList.remove('on')
    chosen = number
    if (number < 0) { panel.hidden = true; return }
    rowOf(number)?.classList.add('on')
    nodeOf(number)?.classList.add('on')
    for (const edge of run.querySelectorAll('.edges path')) {
      const [from, to] = edge.dataset.e.split(',')
      if (from === String(number) || to === String(number)) edge.classList.add('on')
    }
    rows.forEach((row, other) => { row.tabIndex = other === number ? 0 : -1 })
    if (isShown) show(tasks[number])
  }

  function show(task) {
    const close = make('button', { className: 'close', textContent: '×', title: 'Close (Esc)' })
    close.onclick = () => choose(-1)
    const list = make('dl')
    const add = (label, ...content) => {
      const value = make('dd')
      value.append(...content)
      list.append(make('dt', { textContent: label }), value)
    }
    add('state', task.s)
    for (const [label, text] of task.f) add(label, text)
    if (task.e) add('error', make('span', { className: 'failed', textContent: task.e }))
    if (task.d.length) add('waits for', ...task.d.map(link))
    if (task.u.length) add('unblocks', ...task.u.map(link))
    for (const [name, text] of task.i ?? []) add('got ' + name, make('code', { textContent: text }))
    if (task.o !== undefined) add('gave', make('code', { textContent: task.o }))
    panel.replaceChildren(close, make('h3', { textContent: task.n }), list)
    panel.hidden = false
  }

  function link(name) {
    if (!byName.has(name)) return make('span', { textContent: name + ' ' })
    const button = make('button', { className: 'link', textContent: name })
    button.onclick = () => go(byName.get(name))
    return button
  }

  function go(number) {
    const row = rowOf(number)
    row?.scrollIntoView({ block: 'nearest' })
    row?.focus({ preventScroll: true })
    choose(number)
  }

  function unfold(row, isOpen) {
    const toggle = row?.querySelector('.toggle')
    if (!toggle) return
    toggle.setAttribute('aria-expanded', isOpen)
    row.querySelector('.items').hidden = !isOpen
  }

  run.addEventListener('click', (event) => {
    const toggle = event.target.closest('.toggle')
    if (toggle) return unfold(toggle.closest('.row'), toggle.getAttribute('aria-expanded') !== 'true')
    const target = event.target.closest('[data-n]')
    if (!target) return
    event.preventDefault()
    const number = Number(target.dataset.n)
    if (target.matches('.error a, .path i')) go(number)
    else choose(number === chosen ? -1 : number)
  })

  run.addEventListener('keydown', (event) => {
    const row = event.target.closest('.row')
    if (!row || event.target.matches('.toggle')) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      let next = rows.indexOf(row) + step
      while (rows[next]?.hidden) next += step
      if (rows[next]) { rows[next].focus(); choose(next, !panel.hidden) }
    } else if (event.key === 'ArrowRight') unfold(row, true)
    else if (event.key === 'ArrowLeft') unfold(row, false)
    else if (event.key === 'Enter' || event.key === ' ') choose(rows.indexOf(row))
    else return
    event.preventDefault()
  })

  const find = run.querySelector('.find')
  const filters = [...run.querySelectorAll('.filter')]
  function filter() {
    const text = find.value.toLowerCase()
    const wanted = filters.filter((one) => one.getAttribute('aria-pressed') === 'true').map((one) => one.dataset.f)
    rows.forEach((row, number) => {
      const isFound = tasks[number].n.toLowerCase().includes(text)
      row.hidden = !isFound || (wanted.length > 0 && !wanted.some((one) => row.classList.contains(one)))
    })
  }
  find?.addEventListener('input', filter)
  for (const button of filters) {
    button.onclick = () => {
      button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true')
      filter()
    }
  }
  if (rows[0]) rows[0].tabIndex = 0
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && chosen >= 0) choose(-1)
  })
})

function make(tag, fields) {
  return Object.assign(document.createElement(tag), fields)
}
`
