/** The text format of Prometheus as plain numbers. */

/** The value of each series, by its name with its labels. */
export type Series = ReadonlyMap<string, number>

export function parseSeries(text: string): Series {
  const series = new Map<string, number>()
  for (const line of text.split('\n')) {
    const at = line.lastIndexOf(' ')
    if (at > 0 && !line.startsWith('#')) series.set(line.slice(0, at), Number(line.slice(at + 1)))
  }
  return series
}

/** All series of a metric added up; 0 where there is none. */
export function totalOf(series: Series, metric: string): number {
  let total = 0
  for (const [name, value] of series) if (name === metric || name.startsWith(`${metric}{`)) total += value
  return total
}

/** The series of a metric with one label, by its value; without those that are 0. */
export function byLabel(series: Series, metric: string): Map<string, number> {
  const values = new Map<string, number>()
  for (const [name, value] of series) {
    if (!name.startsWith(`${metric}{`) || value === 0) continue
    values.set(/="([^"]*)"\}$/.exec(name)?.[1] ?? name, value)
  }
  return values
}
