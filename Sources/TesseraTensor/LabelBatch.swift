import CTesseraKernels

/// The labels of a batch, one class index or void per pixel.
public struct LabelBatch: Hashable, Sendable {
  /// `[batch, height, width]`.
  public let shape: Shape
  /// Number of classes; every index is below it.
  public let classCount: Int
  /// Class indices in row-major order; ``void`` stands for void.
  public let indices: [UInt16]

  /// What stands for a void pixel.
  public static let void = UInt16(TESSERA_VOID_LABEL)

  /// Wraps indices.
  ///
  /// - Precondition: `shape` has three axes and as many elements; every index lies below `classCount` or is ``void``.
  public init(shape: Shape, classCount: Int, indices: [UInt16]) {
    precondition(
      shape.rank == 3 && shape.count == indices.count, "LabelBatch: \(indices.count) indices for shape \(shape)")
    precondition(
      (1..<Int(Self.void)).contains(classCount) && indices.allSatisfy { $0 < classCount || $0 == Self.void },
      "LabelBatch: an index reaches \(classCount), the number of classes")
    self.shape = shape
    self.classCount = classCount
    self.indices = indices
  }

  /// 1 for each labelled pixel and 0 for void, `[batch, 1, height, width]`; nil where no pixel is void.
  public var mask: Tensor? {
    guard indices.contains(Self.void) else { return nil }
    return Tensor([shape[0], 1, shape[1], shape[2]], indices.map { $0 == Self.void ? 0 : 1 })
  }
}
