public import TesseraTensor

/// Where a network's numbers come from when it is built.
public enum WeightsSource: Sendable {
  /// Drawn anew; every name has a stream of its own, so that a new layer does not reshuffle the others.
  case random(seed: UInt64)
  /// Stored numbers by name; each must be claimed, and fit.
  case stored([String: Tensor])
}

/// Stored weights that are not those of the network being built.
public struct WeightsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tensor whose shape is not the network's.
  public struct Misshapen: Hashable, Sendable {
    /// The full name.
    public let name: String
    /// The shape that the network has.
    public let expected: Shape
    /// The shape that was stored.
    public let found: Shape
  }

  /// Names that the network has and the store has not.
  public let missing: [String]
  /// Names that the store has and the network has not.
  public let unexpected: [String]
  /// Tensors of other shapes.
  public let misshapen: [Misshapen]

  /// One line: what does not fit and what to do.
  public var description: String {
    func list(_ what: String, _ names: [String]) -> String? {
      names.isEmpty
        ? nil : "\(names.count) \(what) (\(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? ", …" : ""))"
    }
    let parts = [
      list("missing", missing), list("unexpected", unexpected),
      list("of another shape", misshapen.map { "\($0.name): expected \($0.expected), found \($0.found)" }),
    ]
    return "these weights are of another network: \(parts.compactMap(\.self).joined(separator: "; ")); "
      + "give the architecture, width and classes they were trained with"
  }
}

/// Builds a network and its numbers together.
///
/// - Parameters:
///   - source: where the numbers come from.
///   - body: builds the layers, each claiming its names from the scope it is given.
/// - Throws: ``WeightsError`` with every missing, unexpected and misshapen name, for stored numbers.
public func build<Network>(
  from source: WeightsSource, _ body: (ParameterScope) -> Network
) throws(WeightsError) -> (network: Network, values: ParameterSet) {
  let builder = ParameterBuilder(source)
  let network = body(ParameterScope(path: "", builder: builder))
  return (network, try builder.finish())
}
