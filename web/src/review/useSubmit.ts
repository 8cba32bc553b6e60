import { useState } from 'react'
import { type Problem, toProblem } from '../api/problem'

export interface Submit {
  isBusy: boolean
  problem: Problem | null
  /** Runs one action at a time, and returns whether it succeeded. */
  run: (action: () => Promise<unknown>) => Promise<boolean>
}

/** Runs what a form submits, and shows its state. */
export function useSubmit(): Submit {
  const [state, setState] = useState<{ isBusy: boolean; problem: Problem | null }>({ isBusy: false, problem: null })
  const run = async (action: () => Promise<unknown>) => {
    if (state.isBusy) return false
    setState({ isBusy: true, problem: null })
    try {
      await action()
      setState({ isBusy: false, problem: null })
      return true
    } catch (error) {
      setState({ isBusy: false, problem: toProblem(error) })
      return false
    }
  }
  return { ...state, run }
}
