/// The answer of a machine to one event: an action for its shell, and the state that the machine
/// waits in meanwhile.
///
/// A machine's decisions return this instead of a bare action, so that a branch that forgets its
/// transition does not compile.
struct Transition<State, Action> {
    let action: Action
    let state: State

    init(_ action: Action, then state: State) {
        self.action = action
        self.state = state
    }
}
