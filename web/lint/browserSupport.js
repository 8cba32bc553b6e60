// Lint rule: an API that one of the browsers in browsers.json lacks is an error. The data are MDN's.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { api, javascript } = require('@mdn/browser-compat-data')
const { safari, firefox, chrome } = require('../browsers.json')
const BROWSERS = { safari, safari_ios: safari, firefox, firefox_android: firefox, chrome, chrome_android: chrome }

const parse = (version) => version.replace('≤', '').split('.').map(Number)
function isAtLeast(version, other) {
  const [[major, minor = 0], [otherMajor, otherMinor = 0]] = [parse(version), parse(other)]
  return major > otherMajor || (major === otherMajor && minor >= otherMinor)
}

/** Returns the browsers that lack a feature. Support behind a flag, and under another name, is none. */
function findMissing({ support }) {
  return Object.entries(BROWSERS)
    .filter(([browser, version]) => {
      const statements = [support[browser] ?? []].flat()
      return !statements.some(
        ({ version_added: added, version_removed: removed, flags, prefix, alternative_name: alias }) =>
          !flags && !prefix && !alias && (!removed || statements.length > 1) && typeof added === 'string' && added !== 'preview' && isAtLeast(version, added),
      )
    })
    .map(([browser]) => browser)
}

/** Objects of the browser, by their interface. */
const OBJECTS = { Navigator: 'navigator', Document: 'document', Crypto: 'crypto', Performance: 'performance', History: 'history', Location: 'location' }

const missingGlobals = new Map()
const missingMembers = new Map()
// methods of other objects are found by their name alone, so one that some interface has everywhere is no error
const missingMethods = new Map()
const knownMethods = new Set()
for (const [name, { __compat: own, ...members }] of [api, javascript.builtins, javascript.builtins.Intl].flatMap(Object.entries)) {
  const missing = own ? findMissing(own) : []
  if (missing.length > 0) missingGlobals.set(name, missing)
  for (const [key, { __compat: compat }] of Object.entries(members)) {
    if (!compat || !/^\w+$/u.test(key)) continue
    const lacking = findMissing(compat)
    const [member] = key.split('_static')
    if (lacking.length === 0) knownMethods.add(member)
    else {
      missingMembers.set(`${OBJECTS[name] ?? name}.${member}`, lacking)
      // an object of a missing interface comes from something that is reported
      if (missing.length === 0) missingMethods.set(member, lacking)
      if (name === 'Window') missingGlobals.set(member, lacking)
    }
  }
}
for (const member of knownMethods) missingMethods.delete(member)

const rule = {
  create: (context) => {
    const report = (node, name, missing) => context.report({ node, message: `${name} is missing in ${missing.join(', ')}: browsers.json names the versions.` })
    return {
      MemberExpression: (node) => {
        if (node.computed) return
        const { name } = node.property
        const member = `${node.object.name ?? ''}.${name}`
        if (missingMembers.has(member)) report(node, member, missingMembers.get(member))
        else if (node.parent.callee === node && missingMethods.has(name)) report(node.property, name, missingMethods.get(name))
      },
      'Program:exit': (node) => {
        for (const { identifier } of context.sourceCode.getScope(node).through) {
          const missing = missingGlobals.get(identifier.name)
          // `typeof Name` asks whether the browser has it
          if (missing && identifier.parent.operator !== 'typeof') report(identifier, identifier.name, missing)
        }
      },
    }
  },
}

export default { meta: { name: 'browsers' }, rules: { support: rule } }
