/// A machine's answer to one event: the state that it waits in from now on, and the action for its
/// shell.
///
/// A machine's decisions return both as one, so that a branch that forgets what follows does not
/// compile.
typealias Transition<State, Action> = (state: State, action: Action)
