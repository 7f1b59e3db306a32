/** The cost of a delivery as rows: one for each layer, one column for each server. */

import { type Cost, type Costs, LAYERS, type Layer } from './cost-table.js'

/** Layers with less than this in every column say nothing. */
const NOTABLE_US = 0.005

export function costHeader(costs: readonly Cost[]): string[] {
  return ['', ...costs.map(({ server }) => server)]
}

export function costRows(costs: readonly Cost[]): string[][] {
  const layers = (Object.keys(LAYERS) as Layer[]).filter((layer) =>
    costs.some((cost) => layerUs(cost, layer) >= NOTABLE_US),
  )
  const known = costs.every(({ shares }) => shares !== null)
  const parts = known
    ? layers.map((layer) => [LAYERS[layer], ...costs.map((cost) => cell(layerUs(cost, layer)))])
    : [
        ['kernel', ...costs.map((cost) => cell(cost.cpuUsPerDelivery * cost.kernelShare))],
        ['user', ...costs.map((cost) => cell(cost.cpuUsPerDelivery * cost.userShare))],
      ]
  return [...parts, ['all', ...costs.map(({ cpuUsPerDelivery }) => cell(cpuUsPerDelivery))]]
}

export function layerUs({ cpuUsPerDelivery, shares }: Cost, layer: Layer): number {
  return shares === null ? 0 : cpuUsPerDelivery * shares[layer]
}

function cell(us: number): string {
  return us < NOTABLE_US ? '–' : us.toFixed(2)
}

export function memoryWords(memory: Costs['memory']): string {
  const parts = memory.map(
    ({ server, bytesPerConnection }) => `${(bytesPerConnection / 1024).toFixed(1)} KiB (${server})`,
  )
  return `A silent connection takes ${parts.join(', ')}.`
}
