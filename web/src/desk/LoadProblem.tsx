import { RefreshCw, TriangleAlert } from 'lucide-react'
import type { Problem } from '../api/problem'

interface LoadProblemProps {
  problem: Problem
  onRetry: () => void
  className?: string
}

/** Says in a part of a page that its data could not be read, and reads them again. */
export function LoadProblem({ problem, onRetry, className = '' }: LoadProblemProps) {
  return (
    <div role="alert" className={`note note-bad ${className}`}>
      <TriangleAlert className="icon" aria-hidden />
      <span className="flex-1">{problem.message}</span>
      <button type="button" className="btn btn-small" onClick={onRetry}>
        <RefreshCw className="icon" aria-hidden /> Try again
      </button>
    </div>
  )
}
