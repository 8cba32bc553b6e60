import { createContext, useContext } from 'react'

/** The dialogs that every page can open. */
export type OpenDialog = 'new' | 'palette' | 'keys' | 'user'

export const ShellContext = createContext<(dialog: OpenDialog) => void>(() => {})

/** Returns the function that opens a dialog of the shell. */
export const useShell = () => useContext(ShellContext)
