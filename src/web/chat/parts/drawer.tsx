/** A panel beside the conversation, or where there is no room for that, a dialog over it that Escape closes. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DrawerProps {
  readonly label: string
  readonly side: 'left' | 'right'
  /** Whether it is a dialog. */
  readonly isOver: boolean
  /** Whether the dialog is there. */
  readonly isOpen: boolean
  readonly close: () => void
  readonly children: ComponentChildren
}

export function Drawer({ label, side, isOver, isOpen, close, children }: DrawerProps) {
  if (!isOver)
    return (
      <aside class={`side ${side}`} aria-label={label}>
        {children}
      </aside>
    )
  if (!isOpen) return null
  return <Dialog {...{ label, close, className: `side ${side}` }}>{children}</Dialog>
}

interface DialogProps {
  readonly label: string
  readonly className: string
  readonly close: () => void
  readonly children: ComponentChildren
}

/** Modal: the rest of the page cannot be reached, and whatever had the focus gets it back. A click beside it closes it. */
export function Dialog({ label, className, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, and so does the button in it
    <dialog
      ref={dialog}
      class={className}
      aria-label={label}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close()
      }}
    >
      <div class="dialog-body">
        <button type="button" class="link close" onClick={close}>
          Close
        </button>
        {children}
      </div>
    </dialog>
  )
}
