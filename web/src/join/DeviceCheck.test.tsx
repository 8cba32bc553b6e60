import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeviceCheck } from './DeviceCheck'
import type { Invitation } from './documents'

const INVITATION = { organization: 'Analytical Engines', positionTitle: 'Tester', contact: null } as Invitation
const getUserMedia = vi.fn()
const onReady = vi.fn()

function renderCheck() {
  render(
    <DeviceCheck invitation={INVITATION} isReturning={false} canUseCamera={false} isJoining={false} notice={null} onHelp={vi.fn()} onReady={onReady} />,
  )
}

function setPermission(state: PermissionState) {
  vi.stubGlobal('navigator', {
    permissions: { query: () => Promise.resolve({ state }) },
    mediaDevices: { getUserMedia, enumerateDevices: () => Promise.resolve([]), addEventListener: vi.fn(), removeEventListener: vi.fn() },
  })
}

const fail = (name: string) => getUserMedia.mockRejectedValueOnce(new DOMException('no', name))

describe('C3: DeviceCheck', () => {
  beforeEach(() => {
    getUserMedia.mockReset()
    onReady.mockReset()
  })
  afterEach(() => {
    cleanup()
    vi.unstubAllGlobals()
  })

  it('says why before the browser asks, and offers to type', async () => {
    setPermission('prompt')
    renderCheck()
    await screen.findByText('Your browser will ask for your microphone')
    expect(getUserMedia).not.toHaveBeenCalled()
    fail('NotAllowedError')
    fireEvent.click(screen.getByRole('button', { name: 'Check my microphone' }))
    expect((await screen.findByRole('alert')).textContent).toContain('The microphone is blocked')
    fireEvent.click(screen.getByRole('button', { name: 'Type my answers' }))
    expect(onReady).toHaveBeenCalledWith('TEXT', expect.anything())
  })

  it.each([
    ['NotAllowedError', 'The microphone is blocked'],
    ['NotFoundError', 'No microphone found'],
    ['NotReadableError', 'Another program is using the microphone'],
  ])('names the remedy for %s, and tries again', async (name, title) => {
    setPermission('granted')
    fail(name)
    renderCheck()
    expect((await screen.findByRole('alert')).textContent).toContain(title)
    fail('NotReadableError')
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await screen.findByText('Another program is using the microphone')
    expect(getUserMedia).toHaveBeenCalledTimes(2)
  })
})
