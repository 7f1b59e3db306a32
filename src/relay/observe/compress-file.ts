/**
 * Compresses one log file that was put aside, so that at every moment one of the two forms is there whole: into a file of another
 * name, which gets its own when it is on the disk, and only then is the original removed. Takes its time: the relay goes first.
 */

import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { LOG_FILE_MODE } from './append-file.js'
import { COMPRESSED, UNFINISHED } from './rotated-name.js'

/** So many bytes are compressed in one go: some milliseconds of another thread. */
const PIECE_BYTES = 256 * 1024
/** It rests so many times as long as it works. */
const REST = 3

export interface Compression {
  readonly bytes: number
  readonly compressedBytes: number
}

/**
 * @param name within `dir`; no link is followed
 * @throws the system's error, or one that says what is in the way: then the original is as it was, and nothing else is left
 */
export async function compressFile(dir: string, name: string, signal: AbortSignal): Promise<Compression> {
  const [path, unfinished] = [join(dir, name), join(dir, name + UNFINISHED)]
  const original = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const before = await original.stat()
    if (!before.isFile()) throw new Error('it is not an ordinary file')
    await rm(unfinished, { force: true })
    // `wx` follows no link either.
    const target = await open(unfinished, 'wx', LOG_FILE_MODE)
    try {
      const compression = await compress(original, before, target, dir, signal)
      await rename(unfinished, join(dir, name + COMPRESSED))
      await syncDirectory(dir)
      await rm(path, { force: true })
      return compression
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    } finally {
      await target.close()
    }
  } finally {
    await original.close()
  }
}

async function compress(
  original: FileHandle,
  before: Stats,
  target: FileHandle,
  dir: string,
  signal: AbortSignal,
): Promise<Compression> {
  const gzip = createGzip()
  const written = pipeline(gzip, writeTo(target), { signal })
  // It may fail at any moment; what became of it is asked at the end.
  written.catch(() => {})
  // The same memory for all: V8 takes new buffers for a reason to collect everything.
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  let bytes = 0
  try {
    for (;;) {
      // The rest of the disk is for what is still to be logged.
      const { bavail, bsize } = await statfs(dir)
      if (bavail * bsize < before.size) throw new Error('there is less room on the disk than the file takes')
      const beganMs = performance.now()
      const { bytesRead } = await original.read(piece, 0, PIECE_BYTES, bytes)
      if (bytesRead === 0) break
      bytes += bytesRead
      // What cannot be written ends the stream, and nobody hears of this piece.
      await Promise.race([put(gzip, piece.subarray(0, bytesRead)), written])
      await sleep(REST * (performance.now() - beganMs), undefined, { signal })
    }
    gzip.end()
  } catch (error) {
    gzip.destroy(error as Error)
  }
  // Whatever went wrong first.
  await written
  await target.utimes(before.atime, before.mtime)
  await target.sync()
  const after = await original.stat()
  if (bytes !== before.size || bytes !== after.size) throw new Error('it is still being written')
  return { bytes, compressedBytes: (await target.stat()).size }
}

/** Resolves when `piece` may be used again. */
function put(gzip: Gzip, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    gzip.write(piece, (error) => (error ? reject(error) : resolve()))
  })
}

/** Each chunk whole, also where the system takes a part of it at a time; the handle stays open. */
function writeTo(target: FileHandle) {
  return async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) await target.writeFile(chunk)
  }
}

/** So that, should the machine stop here, the new name is there before the old one goes. Not every file system can. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, constants.O_RDONLY)
  try {
    await handle.sync()
  } catch {
  } finally {
    await handle.close()
  }
}
