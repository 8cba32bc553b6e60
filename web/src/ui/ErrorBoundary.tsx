import { Component, type ReactNode } from 'react'

interface ErrorBoundaryProps {
  children: ReactNode
  /** What replaces the part of the page that has failed to load or to render. React reports the error in the console. */
  fallback: ReactNode
  /** Another address is another page: the children are tried again. */
  address?: string
}

interface State {
  hasFailed: boolean
  address: string | undefined
}

/** Shows a fallback instead of children that throw an error. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, State> {
  override state: State = { hasFailed: false, address: this.props.address }

  static getDerivedStateFromError(): Partial<State> {
    return { hasFailed: true }
  }

  static getDerivedStateFromProps({ address }: ErrorBoundaryProps, state: State): Partial<State> | null {
    return address === state.address ? null : { hasFailed: false, address }
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children
  }
}
