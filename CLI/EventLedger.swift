@main
struct EventLedger {
    static func main() {}
}
