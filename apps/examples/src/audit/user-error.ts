/** Something that only the user can put right. The message is a sentence for them; the program ends with 2. */
export class UserError extends Error {
  override readonly name = 'UserError'
}
