import { configure } from '@testing-library/dom'

// a busy machine may need seconds for what usually takes milliseconds; a test that passes waits no longer than it must
configure({ asyncUtilTimeout: 20_000 })
