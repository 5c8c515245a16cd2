import type { Author, Book } from './library.js'

export type PricedBook = Book & { readonly cents: number }

export function render(author: Author, books: readonly PricedBook[], total: number): string {
  const rows = books.map(
    ({ title, year, cents }) => `<li>${escaped(title)} (${year}), ${euros(cents)}</li>`,
  )
  return `<!doctype html>
<meta charset="utf-8">
<title>${escaped(author.name)}</title>
<h1>${escaped(author.name)}</h1>
<ul>
${rows.join('\n')}
</ul>
<p>All of them: ${euros(total)}</p>
`
}

function euros(cents: number): string {
  return `€ ${(cents / 100).toFixed(2)}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
