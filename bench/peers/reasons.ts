/**
 * Why a server is better than the relay at something, for where it is. What is said here appears only in that
 * case; which server is better at what is up to the measurement.
 */

import type { Metric } from './summary.js'

type Topic = 'fan-out' | 'latency' | 'memory'

const TOPIC_OF: Record<Metric, Topic> = {
  deliveriesPerSecond: 'fan-out',
  serverCpuUsPerDelivery: 'fan-out',
  p50Us: 'latency',
  p99Us: 'latency',
  p999Us: 'latency',
  bytesPerConnection: 'memory',
}

const REASONS: Record<string, Partial<Record<Topic, string>>> = {
  'bare C': {
    'fan-out':
      'It makes the same system calls with nothing around them: no entering and leaving of JavaScript for each read, no ' +
      'limits, no log. What that is worth is in the table of layers below.',
    latency:
      'The last of the room is written to after everyone else, so the latency of a fan-out is the cost of a write ' +
      'times the people in the room; its write is the bare system call.',
    memory:
      'A connection is a struct of less than two hundred bytes. It has no session, no deadlines, no queue and no objects of a ' +
      'garbage-collected heap.',
  },
  'nats-server': {
    'fan-out':
      'It passes on the bytes that it was given and makes no text of them, in compiled code; and it reads as much as ' +
      'a publisher has sent before it writes to anyone, so its batches are as large as the publisher’s.',
    latency:
      'Many subscribers are written to by goroutines of their own as soon as there is something for them, while ' +
      'others are still being given theirs.',
    memory: 'Its buffers begin at 512 bytes and shrink again while a connection is silent.',
  },
  'redis-server': {
    'fan-out':
      'It has the same shape as this relay (one event loop, everything read first, one write a client and turn), in ' +
      'C: the difference is what JavaScript and its way to the kernel add.',
    latency:
      'One event loop in C: its cost of a write, times the people in the room, is what the last one waits for.',
    memory:
      'A client is one C struct whose buffers shrink while it is silent; names, sessions and deadlines do not exist.',
  },
  mosquitto: {
    'fan-out': 'Its writes are bare system calls from C, one for each message and subscriber.',
    latency: 'It writes to each subscriber while it reads the message: nothing is collected first.',
    memory:
      'A client is one C struct of less than a kibibyte, without buffers while nothing is under way, and nobody is ' +
      'told who else is there.',
  },
  ngircd: {
    'fan-out':
      'One event loop in C that appends to buffers of its connections and writes each of them once a turn, without ' +
      'what JavaScript adds.',
    latency:
      'One event loop in C: its cost of a write, times the people in the room, is what the last one waits for.',
    memory:
      'A connection is an entry of an array and a client a struct, in C; its write buffer is as large as what it ' +
      'last held.',
  },
  ws: {
    'fan-out': 'It sends while it reads, to one client after the other, and collects nothing first.',
    latency: 'The first of its room has a message before the relay has begun to write.',
    memory: 'It knows neither names nor deadlines, and keeps no queue of its own beside the socket’s.',
  },
  'socket.io': {
    'fan-out': 'It frames a message once for all of a room and sends while it reads.',
    latency: 'The first of its room has a message before the relay has begun to write.',
    memory: 'It keeps no queue of its own beside the socket’s.',
  },
}

/** @returns why, or that it is not known */
export function reasonFor(peer: string, metrics: readonly Metric[]): string[] {
  const topics = [...new Set(metrics.map((metric) => TOPIC_OF[metric]))]
  return topics.map((topic) => REASONS[peer]?.[topic] ?? `Why its ${topic} is better is not known yet.`)
}
