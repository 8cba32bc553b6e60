import { configure } from '@testing-library/react'

// a busy machine is slow, which is no failure
configure({ asyncUtilTimeout: 10_000 })
