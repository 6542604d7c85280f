import TesseraNN
import TesseraTensor
import Testing

@Suite struct ParameterScopeTests {
  static func network(_ scope: ParameterScope) {
    _ = scope["down"][0]["conv"].parameter("weight", [2, 3], .he(fan: 3))
    _ = scope["down"][0]["norm"].buffer("running_mean", [2], .zeros)
    _ = scope.parameter("bias", [2], .ones)
  }

  @Test func namesAreWritten() throws {
    let values = try build(from: .random(seed: 0), Self.network).values
    #expect(values.names == ["down.0.conv.weight", "bias"])
    #expect(values.bufferNames == ["down.0.norm.running_mean"])
    #expect(values.weights.map(\.name) == ["down.0.conv.weight", "bias", "down.0.norm.running_mean"])
    #expect(values.parameterCount == 8)
  }

  /// A layer more, before the others, changes none of them; another seed changes all that is random.
  @Test func aNewLayerDoesNotReshuffleTheOthers() throws {
    let values = try build(from: .random(seed: 5), Self.network).values
    let more = try build(from: .random(seed: 5)) { scope in
      _ = scope["new"].parameter("weight", [4, 4], .uniform(bound: 1))
      Self.network(scope)
    }.values
    #expect(more.parameters[1].elements == values.parameters[0].elements)
    let other = try build(from: .random(seed: 6), Self.network).values
    #expect(other.parameters[0].elements != values.parameters[0].elements)
  }

  @Test func storedNumbersAreTaken() throws {
    let random = try build(from: .random(seed: 5), Self.network).values
    let stored = Dictionary(uniqueKeysWithValues: random.weights.map { ($0.name, $0.tensor) })
    let values = try build(from: .stored(stored), Self.network).values
    #expect(values.weights.map(\.tensor.elements) == random.weights.map(\.tensor.elements))
  }

  /// Optimisers and kernels read parameters in row-major order.
  @Test(arguments: [Layout.channelsLast, .blocked])
  func storedNumbersMayLieInAnyLayout(_ layout: Layout) throws {
    var generator = Generator(seed: 39, stream: "w")
    let w = ReferenceMap.random([5, 3, 3, 3], &generator).tensor
    let values = try build(from: .stored(["w": w.converted(to: layout)])) {
      $0.parameter("w", [5, 3, 3, 3], .zeros)
    }.values
    #expect(values.parameters[0].layout == .rows)
    #expect(values.parameters[0].elements == w.elements)
  }

  @Test func everythingThatDoesNotFitIsListed() {
    let stored: [String: Tensor] = [
      "bias": .zeros([3]), "down.0.norm.running_mean": .zeros([2, 1]), "z": .zeros([1]), "a": .zeros([1]),
    ]
    let error = #expect(throws: WeightsError.self) { try build(from: .stored(stored), Self.network) }
    #expect(error?.missing == ["down.0.conv.weight"])
    #expect(error?.unexpected == ["a", "z"])
    #expect(error?.misshapen.map(\.name) == ["down.0.norm.running_mean", "bias"])
    #expect(error?.misshapen.map(\.expected) == [[2], [2]])
    #expect(error?.misshapen.map(\.found) == [[2, 1], [3]])
    #expect(
      error?.description == """
        these weights are of another network: 1 missing (down.0.conv.weight); 2 unexpected (a, z); \
        2 of another shape (down.0.norm.running_mean: expected [2], found [2, 1], bias: expected [2], found [3]); \
        give the architecture, width and classes they were trained with
        """)
  }

  @Test func longListsAreCut() {
    let stored = Dictionary(uniqueKeysWithValues: (0..<7).map { ("x\($0)", Tensor.zeros([1])) })
    let error = #expect(throws: WeightsError.self) { try build(from: .stored(stored)) { _ in } }
    #expect(error?.unexpected.count == 7)
    #expect(error?.description.contains("7 unexpected (x0, x1, x2, x3, x4, …)") == true)
  }

  @Test func aNameIsClaimedOnce() async {
    await #expect(processExitsWith: .failure) {
      _ = try build(from: .random(seed: 0)) { scope in
        _ = scope.parameter("w", [1], .zeros)
        _ = scope.buffer("w", [1], .zeros)
      }
    }
  }
}
