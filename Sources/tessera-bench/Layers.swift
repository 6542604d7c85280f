import ArgumentParser
import TesseraTensor

/// Each convolution of a network: its plan and the time of its three passes.
struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time each convolution of a network: plan, forward pass, input and weight gradients.")

  @Option(help: "Network: unetW or largefov.") var net = "unet32"
  @Option(help: "Images in a batch.") var batch = 4
  @Option(help: "Height x width of its input.") var size = "360x480"
  @Option(help: "Timed repetitions; the median counts.") var repeats = 5
  @Option(help: "Threads.") var threads = 2

  func run() throws {
    let sides = size.split(separator: "x").compactMap { Int($0) }
    guard sides.count == 2, sides.allSatisfy({ $0 >= 8 }), batch >= 1, repeats >= 1, threads >= 1 else {
      throw ValidationError("--size takes HEIGHTxWIDTH of at least 8, --batch, --repeats and --threads at least 1")
    }
    ComputeThreads.prepare(count: threads)
    for layer in try layers(height: sides[0], width: sides[1]) { print(measure(layer)) }
  }

  private struct Layer {
    let from: Int
    let to: Int
    let kernel: Int
    let height: Int
    let width: Int
  }

  private func layers(height: Int, width: Int) throws -> [Layer] {
    func at(_ level: Int, _ from: Int, _ to: Int, kernel: Int = 3) -> Layer {
      Layer(from: from, to: to, kernel: kernel, height: height >> level, width: width >> level)
    }
    if net == "largefov" {
      return [
        at(0, 11, 96), at(0, 96, 128), at(0, 128, 128), at(1, 128, 256), at(1, 256, 256), at(2, 256, 512),
        at(2, 512, 2),
      ]
    }
    guard net.hasPrefix("unet"), let w = Int(net.dropFirst(4)), w > 0 else {
      throw ValidationError("--net \(net): known are unetW with a width, such as unet32, and largefov")
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
    let source: Shape = [batch, layer.from, layer.height, layer.width]
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
      + "\"algorithm\": \"\(convolution.plan.algorithm)\", \"layout\": \"\(convolution.plan.source)\", "
      + fields.joined(separator: ", ") + "}"
  }

  private func median(_ pass: () -> Void) -> Double {
    pass()
    let times = (0..<repeats).map { _ in
      let start = ContinuousClock.now
      pass()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    return times.sorted()[repeats / 2]
  }

  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
