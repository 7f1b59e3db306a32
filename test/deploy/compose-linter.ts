/** What the linter of compose files has to say against one. */

import { DCLinter } from 'dclint'

/** Of its rules those about how a file looks are not ours; chat is for everyone; and an image that is built here has a name. */
const NOT_OURS = {
  'no-build-and-image': 0,
  'no-unbound-port-interfaces': 0,
  'require-quotes-in-ports': 0,
  'service-keys-order': 0,
  'service-ports-alphabetical-order': 0,
  'services-alphabetical-order': 0,
} as const

export function problemsOf(path: string): string[] {
  const linter = new DCLinter({ rules: NOT_OURS, quiet: false, debug: false, exclude: [] })
  const results: { messages: { message: string }[] }[] = linter.lintFiles([path], false)
  return results.flatMap(({ messages }) => messages.map(({ message }) => message))
}
