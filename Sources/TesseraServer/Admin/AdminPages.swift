/// What the admin port shows.
struct AdminPages: Sendable {
  struct Page: Hashable {
    enum Status: Hashable { case ok, notFound, notReady }
    let status: Status
    var mediaType = "text/plain; charset=utf-8"
    let body: String
  }

  /// Whether the server can serve now.
  let readiness: @Sendable () -> Readiness
  /// Every number in Prometheus' text format, and that format's name.
  let metrics: @Sendable () -> (text: String, mediaType: String)

  /// Finds a page by the target of a request.
  subscript(target: String) -> Page {
    switch target.prefix(while: { $0 != "?" }) {
    // The event loop gives this answer itself: it turns.
    case "/livez": return Page(status: .ok, body: "live\n")
    case "/readyz":
      let readiness = readiness()
      return Page(status: readiness == .ready ? .ok : .notReady, body: "\(readiness)\n")
    case "/metrics":
      let (text, mediaType) = metrics()
      return Page(status: .ok, mediaType: mediaType, body: text)
    default: return Page(status: .notFound, body: "no such page; there are /livez, /readyz and /metrics\n")
    }
  }
}
