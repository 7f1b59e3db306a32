/**
 * How to call this command from another terminal. Not `npx parlance`, as long as nothing says that it is right: outside a
 * folder that has this package, npx would fetch another one of that name.
 */

import { basename, dirname, relative } from 'node:path'

/** How it was called itself. */
export interface Caller {
  /** `process.argv[1]`. */
  readonly script: string
  readonly cwd: string
  readonly pid: number
  readonly hostName: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What engines name a container after by themselves, the beginning of its id. */
const CONTAINER_ID = /^[0-9a-f]{12}$/

/** @returns the beginning of a shell command, to which arguments are added */
export function ownCommand(caller: Caller): string {
  const { script, cwd, pid } = caller
  if (pid === 1) return `${intoContainer(caller)} node ${forShell(script)}`
  if (script.includes('/_npx/')) return 'npx -p parlance-relay parlance'
  // As npm links it: into a folder's packages, or for everybody.
  if (basename(script) === 'parlance')
    return dirname(script).endsWith('/node_modules/.bin') ? 'npx parlance' : 'parlance'
  const near = relative(cwd, script)
  return `node ${forShell(near.startsWith('..') ? script : near)}`
}

/** The first process of a container is reached from outside it. */
function intoContainer({ hostName, environment }: Caller): string {
  if (environment.KUBERNETES_SERVICE_HOST !== undefined) return `kubectl exec -it ${hostName} --`
  const engine = environment.container === 'podman' ? 'podman' : 'docker'
  return `${engine} exec -it ${CONTAINER_ID.test(hostName) ? hostName : 'CONTAINER'}`
}

function forShell(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
