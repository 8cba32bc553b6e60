/** Returns the address to open after signing in: the present one, or on the sign-in page the path in `?to=`, if it is one of this site. */
export function readTarget({ pathname, search, hash, origin }: Pick<Location, 'pathname' | 'search' | 'hash' | 'origin'> = window.location): string {
  if (pathname !== '/sign-in') return `${pathname}${search}${hash}`
  const to = new URLSearchParams(search).get('to')
  // browsers read //other.example as the address of another site
  if (!to || !/^\/[^/\\]/.test(to) || to.startsWith('/sign-in')) return HOME
  const target = new URL(to, origin)
  return target.origin === origin ? `${target.pathname}${target.search}${target.hash}` : HOME
}

const HOME = '/interviews'
