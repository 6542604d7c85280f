/// How long things may take on the admin port.
package struct AdminTimes: Hashable, Sendable {
  /// From a connection to the head of its request.
  package var head: Duration = .seconds(1)
  /// From there to the end of the answer.
  package var answer: Duration = .seconds(5)
  /// For how long the page of metrics is shown again as it was.
  package var metrics: Duration = .seconds(1)

  /// The defaults.
  package init() {}
}
