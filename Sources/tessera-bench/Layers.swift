import ArgumentParser
import TesseraTensor

/// Each convolution of a network: its plan and the time of its three passes.
struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time each convolution of a network: plan, forward pass, input and weight gradients.")

  @Option(help: "Network: unetW with a width W of 1 to 1024, or largefov.") var net = "unet32"
  @OptionGroup var workload: WorkloadOptions

  func validate() throws {
    guard net == "largefov" || WorkloadOptions.width(ofUNet: net) != nil else {
      throw ValidationError("--net \(net): known are unetW with a width of 1 to 1024, such as unet32, and largefov")
    }
  }

  func run() {
    guard let (height, width) = workload.sides else { return }
    ComputeThreads.prepare(count: workload.threads)
    for layer in layers(height: height, width: width) { print(measure(layer)) }
  }

  private struct Layer {
    let from: Int
    let to: Int
    let kernel: Int
    let height: Int
    let width: Int
  }

  private func layers(height: Int, width: Int) -> [Layer] {
    func at(_ level: Int, _ from: Int, _ to: Int, kernel: Int = 3) -> Layer {
      Layer(from: from, to: to, kernel: kernel, height: height >> level, width: width >> level)
    }
    guard let w = WorkloadOptions.width(ofUNet: net) else {
      return [
        at(0, 11, 96), at(0, 96, 128), at(0, 128, 128), at(1, 128, 256), at(1, 256, 256), at(2, 256, 512),
        at(2, 512, 2),
      ]
    }
    let down = (0..<4).flatMap { level in
      [at(level, level == 0 ? 3 : w << (level - 1), w << level), at(level, w << level, w << level)]
    }
    let up = (0..<3).reversed().flatMap { level in
      [at(level, (w << (level + 1)) + (w << level), w << level), at(level, w << level, w << level)]
    }
    return down + up + [at(0, w, 11, kernel: 1)]
  }

  private func measure(_ layer: Layer) -> String {
    let source: Shape = [workload.batch, layer.from, layer.height, layer.width]
    let shape: Shape = [layer.to, layer.from, layer.kernel, layer.kernel]
    let convolution = Convolution(
      source: source, weights: shape, hasBias: false, geometry: .same(kernel: layer.kernel))
    let x = Tensor.filled(source, with: 0.5).converted(to: convolution.plan.source)
    let dy = Tensor.filled(convolution.destination, with: 0.25).converted(to: convolution.plan.destination)
    let weights = Tensor.filled(shape, with: 0.1)
    let work = 2e-9 * Double(convolution.destination.count * layer.from * layer.kernel * layer.kernel)
    let passes: [(String, () -> Void)] = [
      ("forward", { _ = convolution.forward(x, weights: weights, bias: nil) }),
      ("input_gradient", { _ = convolution.inputGradient(dy, weights: weights) }),
      ("weight_gradient", { _ = convolution.weightGradients(x, dy, weights: shape) }),
    ]
    let fields = passes.map { name, pass in
      let seconds = median(pass)
      return "\"\(name)_ms\": \(rounded(1000 * seconds)), \"\(name)_gflops\": \(rounded(work / seconds))"
    }
    return "{\"layer\": \"\(layer.from)->\(layer.to) \(layer.kernel)x\(layer.kernel) \(layer.height)x\(layer.width)\", "
      + "\"algorithm\": \"\(convolution.plan.forward)\", \"layout\": \"\(convolution.plan.source)\", "
      + fields.joined(separator: ", ") + "}"
  }

  private func median(_ pass: () -> Void) -> Double {
    pass()
    let times = (0..<workload.repeats).map { _ in
      let start = ContinuousClock.now
      pass()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    return times.sorted()[workload.repeats / 2]
  }

  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
