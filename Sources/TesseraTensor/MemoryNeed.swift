import CTesseraDNN

/// How much memory work on maps takes: a part that is always the same, and a part for each pixel.
///
/// What a network takes follows from its layers, their layouts, what is kept for the backward pass and the libraries'
/// work areas. No formula keeps up with all of these; doing the work on two small maps does.
public struct MemoryNeed: Hashable, Sendable {
  /// Bytes whatever the size.
  public var fixedBytes: Int
  /// Bytes for each pixel of all maps together.
  public var bytesPerPixel: Int

  /// Puts a need together.
  public init(fixedBytes: Int, bytesPerPixel: Int) {
    self.fixedBytes = fixedBytes
    self.bytesPerPixel = bytesPerPixel
  }

  /// Does work at two sizes and draws the line through what it took.
  ///
  /// No other thread may compute meanwhile.
  ///
  /// - Parameters:
  ///   - batch: maps in the work.
  ///   - sides: a smaller and a larger side of the square maps, in pixels.
  ///   - work: does it on maps of the side that it is given.
  public init(batch: Int, sides: (Int, Int), of work: (_ side: Int) throws -> Void) rethrows {
    precondition(batch >= 1 && 0 < sides.0 && sides.0 < sides.1, "MemoryNeed: \(batch) maps, sides \(sides)")
    let pixels = (small: batch * sides.0 * sides.0, large: batch * sides.1 * sides.1)
    // Plans for maps of these sizes are of no use, and the memory of measuring them would count.
    let (small, large) = try PlanStore.shared.rehearse {
      (try Self.bytesTaken { try work(sides.0) }, try Self.bytesTaken { try work(sides.1) })
    }
    let perPixel = max(1, (large - small) / (pixels.large - pixels.small))
    fixedBytes = max(0, large - perPixel * pixels.large)
    // Blocks come in classes of sizes an eighth apart: other maps may be less lucky in theirs.
    bytesPerPixel = perPixel * 9 / 8
  }

  /// Bytes for this many pixels.
  public func bytes(pixels: Int) -> Int {
    let (product, overflows) = bytesPerPixel.multipliedReportingOverflow(by: pixels)
    let (sum, overflowsToo) = fixedBytes.addingReportingOverflow(product)
    return overflows || overflowsToo ? .max : sum
  }

  /// Most pixels that fit these bytes.
  public func pixels(in bytes: Int) -> Int { max(0, (bytes - fixedBytes) / bytesPerPixel) }

  /// Tensors and the work areas of the calling thread.
  ///
  /// What large maps work in is as large for small ones, which would do without: they are summed on tiles, too.
  private static func bytesTaken(by work: () throws -> Void) rethrows -> Int {
    tessera_work_bytes_reset()
    let bytes = try ConvolutionPlan.$leastWinogradOperations.withValue(0) { try StoragePool.bytesTaken(by: work) }
    return bytes + Int(tessera_work_bytes_peak())
  }
}
