/** The few drawings on buttons. Each button has its words beside or in a label, so that these are hidden from readers. */

const PATHS = {
  rooms: 'M4 6h16M4 12h16M4 18h10',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c0-3.600 2.900-6 6.500-6s6.500 2.400 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c2.200.8 3.500 2.800 3.500 5.500',
  send: 'M4 12l16-8-6 16-3-7z',
  edit: 'M4 20l1-4L16 5l3 3L8 19z',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 10l6 6 6-6',
  private: 'M4 5h16v11H10l-4 4v-4H4z',
  block: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12',
  add: 'M12 5v14M5 12h14',
  keys: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
} as const

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
