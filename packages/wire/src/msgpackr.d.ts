/**
 * The build of msgpackr that compiles nothing and has no native part. It is a module of its own, so extensions that
 * a program gives to `msgpackr` do not reach it.
 */
declare module 'msgpackr/index-no-eval' {
  export { addExtension, Packr } from 'msgpackr'
}
