import { describe, expect, it, vi } from 'vitest'
import { tabStorage } from './storage'

describe('C1: tabStorage', () => {
  it('stores values beyond the page', () => {
    tabStorage.set('one', '1')
    expect(sessionStorage.getItem('one')).toBe('1')
    tabStorage.set('one', null)
    expect(tabStorage.get('one')).toBeNull()
  })

  it('remembers values where the browser blocks storage', () => {
    vi.spyOn(globalThis, 'sessionStorage', 'get').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    })
    expect(tabStorage.get('two')).toBeNull()
    tabStorage.set('two', '2')
    expect(tabStorage.get('two')).toBe('2')
    tabStorage.set('two', null)
    expect(tabStorage.get('two')).toBeNull()
  })
})
