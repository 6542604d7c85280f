/// How a window moves over a map: kernel, stride, padding, dilation and groups, along height and width.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// Rows and columns of a pair of sizes.
  public struct Extent: Hashable, Sendable {
    /// Along the height.
    public let height: Int
    /// Along the width.
    public let width: Int

    /// Pairs two sizes.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }

    /// The same size along both.
    public init(_ size: Int) { self.init(height: size, width: size) }
  }

  /// Size of the kernel, at least 1.
  public let kernel: Extent
  /// Step of the window, at least 1.
  public let stride: Extent
  /// Zeros before and after the map, at least 0.
  public let padding: Extent
  /// Distance between kernel elements; 1 is none.
  public let dilation: Extent
  /// Groups of channels that are convolved apart; 1 is none, as many as channels is depthwise.
  public let groups: Int

  /// Describes a window.
  ///
  /// - Precondition: kernel, stride, dilation and groups are at least 1, padding at least 0.
  public init(
    kernel: Extent, stride: Extent = Extent(1), padding: Extent = Extent(0), dilation: Extent = Extent(1),
    groups: Int = 1
  ) {
    precondition(
      kernel.height >= 1 && kernel.width >= 1 && stride.height >= 1 && stride.width >= 1 && padding.height >= 0
        && padding.width >= 0 && dilation.height >= 1 && dilation.width >= 1 && groups >= 1,
      "ConvolutionGeometry: kernel \(kernel), stride \(stride), padding \(padding), dilation \(dilation), "
        + "groups \(groups)"
    )
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// A square odd kernel whose padding keeps the size at stride 1.
  public static func same(kernel: Int, stride: Int = 1, dilation: Int = 1, groups: Int = 1) -> ConvolutionGeometry {
    precondition(kernel % 2 == 1, "ConvolutionGeometry.same: an even kernel (\(kernel)) has no centre")
    return ConvolutionGeometry(
      kernel: Extent(kernel), stride: Extent(stride), padding: Extent((kernel - 1) / 2 * dilation),
      dilation: Extent(dilation), groups: groups)
  }

  /// The size of the output of a map of this size; 0 or less where the window does not fit.
  public func outputSize(height: Int, width: Int) -> Extent {
    func size(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      let room = input + 2 * padding - (dilation * (kernel - 1) + 1)
      return room < 0 ? 0 : room / stride + 1
    }
    return Extent(
      height: size(height, kernel.height, stride.height, padding.height, dilation.height),
      width: size(width, kernel.width, stride.width, padding.width, dilation.width))
  }

  /// The size of the input that a transposed convolution makes from a map of this size.
  public func transposedSize(height: Int, width: Int) -> Extent {
    func size(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      (input - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1
    }
    return Extent(
      height: size(height, kernel.height, stride.height, padding.height, dilation.height),
      width: size(width, kernel.width, stride.width, padding.width, dilation.width))
  }
}
