import { describe, expect, it } from 'vitest'
import { readLogo } from './logo'
import { findChanges } from './OrganizationSection'

const NORTHWIND = { id: '1', name: 'Northwind', logoUrl: null, contact: { name: 'Hanna', email: 'hanna@northwind.example' } }
const VALUES = { name: 'Northwind', contactName: 'Hanna', contactEmail: 'hanna@northwind.example', logo: 'stored' } as const

describe('K1: findChanges', () => {
  it.each([
    [VALUES, {}],
    [{ ...VALUES, name: 'Northwind Logistics' }, { name: 'Northwind Logistics' }],
    [{ ...VALUES, contactName: '' }, { contact: { name: '', email: 'hanna@northwind.example' } }],
    [{ ...VALUES, contactName: '', contactEmail: ' ' }, { contact: null }],
    [{ ...VALUES, logo: null }, { logo: null }],
    [{ ...VALUES, logo: { dataUrl: 'data:', base64: 'AAAA' } }, { logo: 'AAAA' }],
  ])('of %j are %j', (values, changes) => {
    expect(findChanges(NORTHWIND, values)).toEqual(changes)
  })
})

describe('K1: readLogo', () => {
  it('reads an image as base64', async () => {
    expect(await readLogo(new File([new Uint8Array([137, 80, 78, 71])], 'a.png', { type: 'image/png' }))).toEqual({
      dataUrl: 'data:image/png;base64,iVBORw==',
      base64: 'iVBORw==',
    })
  })

  it.each([
    [new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' }), 'neither a PNG nor a JPEG'],
    [new File([new Uint8Array(64 * 1024 + 1)], 'a.png', { type: 'image/png' }), '65 KiB'],
  ])('refuses %s', async (file, reason) => {
    await expect(readLogo(file)).rejects.toThrow(reason)
  })
})
