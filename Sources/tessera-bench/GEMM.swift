import ArgumentParser
import TesseraTensor

/// Matrix products, and the most that the processor could do.
struct GEMM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gemm",
    abstract: "Time matrix products beside the processor's limit: billions of operations a second.",
    discussion: "A multiply-add counts as two operations. The first line is the limit, the next the square product.")

  @Option(help: "Side of the square matrices, 1 to 16384.") var size = 2048
  @OptionGroup var compute: ComputeOptions
  @Option(help: "Timed repetitions, 1 to 100000; the median counts.") var repeats = 5

  func validate() throws {
    try ValidationError.require(size, in: 1...16384, "size")
    try ValidationError.require(repeats, in: Timing.repeats, "repeats")
  }

  /// op(A) B with `rows` rows, `columns` columns and sums of `inner` products.
  private struct Product {
    let rows, inner, columns: Int
    /// Whether op transposes.
    var transposed = false
  }

  func run() {
    compute.prepare()
    let limit = ComputeThreads.multiplyAddLimit()
    var line = JSONLine()
    line.add("work", "multiply-add")
    line.add("threads", compute.threads)
    line.add("gflops", 1e-9 * limit)
    print(line)
    // A 1×1 convolution of 16 channels to 64 and back and its weight gradient, as a product over all pixels of a map:
    // so tall that two threads hardly have what to share.
    let pixels = 43_200
    let products = [
      Product(rows: size, inner: size, columns: size), Product(rows: pixels, inner: 16, columns: 64),
      Product(rows: pixels, inner: 64, columns: 16),
      Product(rows: 16, inner: pixels, columns: 64, transposed: true),
    ]
    for product in products { print(measure(product, limit: limit)) }
  }

  private func measure(_ product: Product, limit: Double) -> JSONLine {
    let (rows, inner, columns) = (product.rows, product.inner, product.columns)
    let a = Tensor.filled(product.transposed ? [inner, rows] : [rows, inner], with: 0.5)
    let b = Tensor.filled([inner, columns], with: 0.25)
    let timing = Timing(repeats: repeats, warmUps: 2) { _ = a.matrixProduct(b, transposed: product.transposed) }
    let rate = 2 * Double(rows * inner * columns) / timing.median
    var line = JSONLine()
    line.add("work", "gemm")
    line.add("shape", "\(rows)x\(inner)x\(columns)")
    line.add("transposed", product.transposed)
    line.add("core", ComputeThreads.matrixProductCore)
    line.add("threads", compute.threads)
    line.add("best_ms", 1000 * timing.best)
    line.add("median_ms", 1000 * timing.median)
    line.add("gflops", 1e-9 * rate)
    line.add("limit_share", rate / limit)
    return line
  }
}
