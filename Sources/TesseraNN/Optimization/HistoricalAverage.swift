public import TesseraTensor

/// Holds a network back to the mean of what it was: ‖θ − 1/t · Σ_{i=1…t} θ[i]‖².
///
/// Two networks that learn against each other can go round in circles; the pull to the mean of the past damps that.
/// The mean is of the parameters after every step so far, each as much as any other; buffers have no part in it.
///
/// Before a step take ``penalize(_:at:)``, after it ``add(_:)``.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.3.
public struct HistoricalAverage: Sendable {
  /// What it remembers: how many sets of parameters, and their mean in the order of the set.
  public struct State: Sendable {
    /// t.
    public let count: Int
    /// 1/t · Σ θ[i]; zeros before the first.
    public let mean: [Tensor]

    /// Puts a remembered state together again.
    public init(count: Int, mean: [Tensor]) {
      self.count = count
      self.mean = mean
    }
  }

  /// What the squared distance is multiplied by.
  public let weight: Float
  private var count = 0
  private var mean: [Tensor]

  /// Starts with nothing remembered.
  ///
  /// - Precondition: the weight is at least 0.
  public init(of values: ParameterSet, weight: Float) {
    precondition(weight >= 0 && weight.isFinite, "HistoricalAverage: weight \(weight)")
    self.weight = weight
    mean = values.parameters.map { .zeros($0.shape) }
  }

  /// What it remembers.
  public var state: State {
    get { State(count: count, mean: mean) }
    set {
      precondition(
        newValue.count >= 0 && newValue.mean.map(\.shape) == mean.map(\.shape),
        "HistoricalAverage: the state is of another network")
      count = newValue.count
      mean = newValue.mean
    }
  }

  /// Adds 2 · weight · (θ − mean) to the gradients; nothing where nothing is remembered.
  ///
  /// - Returns: the penalty, weight · ‖θ − mean‖².
  /// - Precondition: gradients and values are of this network.
  @discardableResult
  public func penalize(_ gradients: inout Gradients, at values: ParameterSet) -> Double {
    check(values)
    precondition(
      gradients.tensors.map(\.shape) == mean.map(\.shape), "HistoricalAverage: the gradients are of another network")
    guard count > 0, weight > 0 else { return 0 }
    var distance = 0.0
    for (index, parameter) in values.parameters.enumerated() {
      let difference = parameter.adding(mean[index].scaled(by: -1))
      distance += difference.sumOfSquares()
      gradients.tensors[index].add(difference.scaled(by: 2 * weight))
    }
    return Double(weight) * distance
  }

  /// Takes in the parameters after a step: mean ← mean + (θ − mean) / t.
  public mutating func add(_ values: ParameterSet) {
    check(values)
    count += 1
    for index in mean.indices { mean[index].move(toward: values.parameters[index], by: 1 / Float(count)) }
  }

  private func check(_ values: ParameterSet) {
    precondition(
      values.parameters.map(\.shape) == mean.map(\.shape), "HistoricalAverage: the values are of another network")
  }
}
