import CTesseraKernels

/// Every channel of one map times every channel of another, `[batch, left · right, height, width]`; rows of f32.
extension Tensor {
  /// This map's channels in turn, each times all channels of another: y[n, c·R + k] = x[n, c] · right[n, k].
  package func multipliedByAllChannels(of right: Tensor) -> Tensor {
    var products = Self.products(shape, right.shape, "multipliedByAllChannels")
    let (left, right) = (converted(to: .rows, .f32), right.converted(to: .rows, .f32))
    var y = Tensor(uninitialized: [shape[0], shape[1] * right.shape[1], shape[2], shape[3]])
    tessera_multiply_all_channels(&products, left.pointer, right.pointer, y.mutablePointer)
    return y
  }

  /// The gradient of the left factor, where this map is the products': Σ_k dy[n, c·R + k] · right[n, k].
  package func leftFactorGradient(right: Tensor) -> Tensor {
    var dx = Tensor(uninitialized: Self.factor(of: shape, beside: right.shape, "leftFactorGradient"))
    var products = Self.products(dx.shape, right.shape, "leftFactorGradient")
    let (dy, right) = (converted(to: .rows, .f32), right.converted(to: .rows, .f32))
    tessera_channel_products_left(&products, dy.pointer, right.pointer, dx.mutablePointer)
    return dx
  }

  /// The gradient of the right factor, where this map is the products': Σ_c dy[n, c·R + k] · left[n, c].
  package func rightFactorGradient(left: Tensor) -> Tensor {
    var dx = Tensor(uninitialized: Self.factor(of: shape, beside: left.shape, "rightFactorGradient"))
    var products = Self.products(left.shape, dx.shape, "rightFactorGradient")
    let (dy, left) = (converted(to: .rows, .f32), left.converted(to: .rows, .f32))
    tessera_channel_products_right(&products, dy.pointer, left.pointer, dx.mutablePointer)
    return dx
  }

  private static func products(_ left: Shape, _ right: Shape, _ operation: String) -> tessera_channel_products {
    precondition(
      left.rank == 4 && right.rank == 4 && left[0] == right[0] && left[2] == right[2] && left[3] == right[3],
      "\(operation): maps \(left) and \(right) differ in more than channels")
    return tessera_channel_products(images: left[0], left: left[1], right: right[1], pixels: left[2] * left[3])
  }

  private static func factor(of products: Shape, beside other: Shape, _ operation: String) -> Shape {
    precondition(
      products.rank == 4 && other.rank == 4 && other[1] > 0 && products[1] % other[1] == 0,
      "\(operation): products \(products) with a factor \(other)")
    return [products[0], products[1] / other[1], products[2], products[3]]
  }
}
