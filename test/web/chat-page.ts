/** The chat's page as somebody uses it: by what is written on it, as a screen reader would find it. */

import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

export class ChatPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Joins, and is inside. */
  async join(name: string): Promise<this> {
    await this.page.getByLabel('Your name').fill(name)
    await this.page.getByRole('button', { name: 'Join', exact: true }).click()
    await this.field.waitFor()
    return this
  }

  get field(): Locator {
    return this.page.locator('#message')
  }

  get log(): Locator {
    return this.page.getByRole('feed')
  }

  /** The row of a message, or of what happened. */
  row(text: string): Locator {
    return this.log.getByRole('article').filter({ hasText: text })
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }

  /** It is said that the connection is lost. */
  async isLost(): Promise<void> {
    await this.page.getByRole('status').getByText('The connection was lost. Trying again').waitFor()
  }

  /** Has come, or comes. */
  async sees(...texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.row(text).first().waitFor()
  }

  /** The mark of one's own message gets these words. */
  async marked(text: string, words: string): Promise<void> {
    await this.row(text)
      .locator('.receipt .hidden', { hasText: new RegExp(`^${words}$`) })
      .waitFor()
  }

  /** Writes to somebody in private from now on. */
  async choose(person: string): Promise<void> {
    await this.page.locator('.person', { hasText: person }).click()
    await this.page.getByRole('heading', { name: person, level: 1 }).waitFor()
  }

  /** Goes to a room or to a private conversation of the list. */
  async goTo(place: string): Promise<void> {
    await this.place(place).click()
    await this.page.getByRole('heading', { name: place, level: 1 }).waitFor()
  }

  /** Enters a room, or makes it. */
  async enterRoom(name: string): Promise<void> {
    await this.page.getByLabel('Name of a room to enter or to create').fill(name)
    await this.page.keyboard.press('Enter')
    await this.page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  /** Waits until this stands where one types. */
  async hasTyped(text: string): Promise<void> {
    await this.page.waitForFunction((wanted) => document.querySelector('textarea')?.value === wanted, text)
  }

  place(name: string): Locator {
    return this.page.locator('.place', { hasText: name })
  }

  /** The names of the people in the room, as they are listed. */
  async people(): Promise<string[]> {
    return this.page.locator('.person .shown-text').allInnerTexts()
  }

  /** Waits until the people are these. */
  async sits(...names: readonly string[]): Promise<void> {
    await this.page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('.person .shown-text')].map((one) => one.textContent).join() === wanted,
      names.join(),
    )
  }

  /** What has the focus, in a word. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const { activeElement: element } = document
      return element?.id || element?.getAttribute('aria-label') || element?.textContent?.trim() || ''
    })
  }

  /** Closes the dialog that has just opened. The browser may lose a key that comes in the very frame: then once more, as people do. */
  async closeDialog(): Promise<void> {
    const dialog = this.page.getByRole('dialog')
    for (let left = 5; left > 0; left--) {
      await this.page.keyboard.press('Escape')
      const isGone = await dialog.waitFor({ state: 'detached', timeout: 2_000 }).then(
        () => true,
        () => false,
      )
      if (isGone) return
    }
    assert.fail('Escape does not close the dialog')
  }

  /** There is no row with that text. */
  async hasNot(text: string): Promise<void> {
    assert.equal(await this.row(text).count(), 0, text)
  }
}
