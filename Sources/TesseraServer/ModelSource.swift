public import TesseraProtocol

/// Where a model comes from, and comes from again when it has changed.
public protocol ModelSource: Sendable {
  /// What requests call the model.
  var name: String { get }

  /// Loads the model and makes sure that it works, on threads that serve nobody.
  ///
  /// - Parameter current: what serves under the name until now; nil at first.
  /// - Returns: a service of this name and, behind a current one, of the next generation; nil where nothing has changed
  ///   since the current one was loaded.
  /// - Throws: why the model cannot be used, as one line with place, cause and remedy. The current one goes on.
  func load(after current: (any SegmentationService)?) async throws -> (any SegmentationService)?
}
