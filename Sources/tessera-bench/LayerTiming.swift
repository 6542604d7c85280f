import TesseraNN
import TesseraTensor

/// What the three passes of a convolution take.
struct LayerTiming {
  private let record: ConvolutionRecord
  private let plan: ConvolutionPlan
  private let count: Int
  private let seconds: [ConvolutionPass: Double]
  /// Operations of one pass of one of them, a multiply-add being two.
  private let work: Double

  /// Times the passes on maps that lie as the plan wants them.
  init(_ record: ConvolutionRecord, count: Int, repeats: Int) {
    let shape = record.shape
    let convolution = Convolution(shape, parts: record.parts, passes: record.passes)
    let x = record.parts.map { channels in
      convolution.arranged(.filled([shape.source[0], channels, shape.source[2], shape.source[3]], with: 0.5))
    }
    let dy = Tensor.filled(shape.destination, with: 0.25).converted(
      to: convolution.plan.destination, shape.precision)
    let weights = Tensor.filled(shape.weights, with: 0.1)
    let bias = shape.hasBias ? Tensor.filled([shape.outputChannels], with: 0.1) : nil
    func median(_ pass: () -> Void) -> Double { Timing(repeats: repeats, warmUps: 1, pass).median }
    self.record = record
    self.count = count
    plan = convolution.plan
    work = Double(shape.operations)
    seconds = [
      .forward: median { _ = convolution.forward(x, weights: weights, bias: bias) },
      .inputGradient: median { _ = convolution.inputGradients(dy, weights: weights, channels: record.parts) },
      .weightGradient: median { _ = convolution.weightGradients(x, dy, weights: shape.weights) },
    ]
  }

  /// The measurement as one line; `limit` is the most operations a second.
  func line(limit: Double) -> JSONLine {
    var line = JSONLine()
    line.add("layer", name)
    line.add("precision", record.shape.precision.rawValue)
    line.add("count", count)
    line.add("algorithm", plan.forward.rawValue)
    line.add("input_gradient_algorithm", plan.inputGradient.rawValue)
    line.add("weight_gradient_algorithm", plan.weightGradient.rawValue)
    line.add("source_layout", "\(plan.source)")
    line.add("destination_layout", "\(plan.destination)")
    for pass in ConvolutionPass.allCases {
      line.add(pass.field, seconds: seconds[pass] ?? .nan, work: work, limit: limit)
    }
    return line
  }

  /// Such as "64->64 3x3 180x240", with what is unusual about it.
  private var name: String {
    let geometry = record.shape.geometry
    let channels = "\(record.shape.source[1])->\(record.shape.outputChannels)"
    let kernel = "\(geometry.kernel.height)x\(geometry.kernel.width)"
    var parts = [channels, kernel, "\(record.shape.source[2])x\(record.shape.source[3])"]
    if geometry.stride.height > 1 { parts.append("stride \(geometry.stride.height)") }
    if geometry.dilation.height > 1 { parts.append("dilation \(geometry.dilation.height)") }
    if geometry.groups > 1 { parts.append("groups \(geometry.groups)") }
    return parts.joined(separator: " ")
  }

  /// Sums over the convolutions of a network.
  struct Totals {
    private var count = 0
    private var seconds: [ConvolutionPass: Double] = [:]
    private var work: [ConvolutionPass: Double] = [:]

    /// Adds what a step computes.
    mutating func add(_ timing: LayerTiming) {
      count += timing.count
      for pass in timing.record.passes {
        seconds[pass, default: 0] += Double(timing.count) * (timing.seconds[pass] ?? 0)
        work[pass, default: 0] += Double(timing.count) * timing.work
      }
    }

    /// The sums as one line; `limit` is the most operations a second.
    func line(net: String, precision: Precision, limit: Double) -> JSONLine {
      var line = JSONLine()
      line.add("net", net)
      line.add("precision", precision.rawValue)
      line.add("count", count)
      for pass in ConvolutionPass.allCases {
        line.add(pass.field, seconds: seconds[pass] ?? 0, work: work[pass] ?? 0, limit: limit)
      }
      line.add("all", seconds: seconds.values.reduce(0, +), work: work.values.reduce(0, +), limit: limit)
      line.add("limit_gflops", 1e-9 * limit)
      return line
    }
  }
}

extension ConvolutionPass {
  /// Its name in a line.
  fileprivate var field: String {
    switch self {
    case .forward: "forward"
    case .inputGradient: "input_gradient"
    case .weightGradient: "weight_gradient"
    }
  }
}

extension JSONLine {
  /// Adds a pass: milliseconds, operations a second and their share of the limit.
  fileprivate mutating func add(_ name: String, seconds: Double, work: Double, limit: Double) {
    add("\(name)_ms", 1000 * seconds)
    add("\(name)_gflops", 1e-9 * work / seconds)
    add("\(name)_share", work / seconds / limit)
  }
}
