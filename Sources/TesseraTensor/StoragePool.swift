import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Memory that storage is taken from and returned to, kept between uses so that a step touches no new page.
///
/// Blocks come in size classes, eight to a doubling; a block is handed out again only for its own class.
enum StoragePool {
  private struct State {
    var free: [Int: [UInt]] = [:]
    var heldBytes = 0
    var usedBytes = 0
    var peakUsedBytes = 0
    /// Blocks of each class in use beyond those at the start of a measurement; nil outside of one.
    var measured: [Int: ClassUse]?
    /// Blocks of each class that work which is to leave none had to be given anew; nil outside of it.
    var passing: [Int: Int]?

    /// The smallest class from this one on that has a free block.
    func smallestFree(from size: Int) -> Int? {
      // Most often it is near, and no class lies beyond what is held.
      var size = size
      while size <= heldBytes {
        if free[size]?.isEmpty == false { return size }
        size = StoragePool.classBytes(size + 1)
      }
      return nil
    }

    /// Free blocks to give back to the system, largest first, where more is held than twice the peak explains.
    ///
    /// A training's steps are alike and never come here; images of ever new sizes do.
    mutating func surplus() -> [Block] {
      let bound = 2 * peakUsedBytes + StoragePool.slackBytes
      var blocks: [Block] = []
      for size in free.keys.sorted(by: >) {
        while heldBytes > bound, let address = free[size]?.popLast() {
          heldBytes -= size
          blocks.append(Block(address: address, size: size))
        }
      }
      return blocks
    }
  }

  private struct ClassUse {
    var now = 0
    var most = 0

    mutating func add(_ change: Int) {
      now += change
      most = max(most, now)
    }
  }

  private struct Block {
    let address: UInt
    let size: Int
  }

  /// Held beyond twice the peak before anything is given back.
  private static let slackBytes = 256 << 20

  private static let state = Mutex(State())

  /// Bytes below this come from 64-byte aligned heap memory; others are pages of their own.
  private static let pageThreshold = 1 << 20

  /// The size of the class that holds `bytes`: at most an eighth more.
  static func classBytes(_ bytes: Int) -> Int {
    guard bytes > 512 else { return 512 }
    let step = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount - 3)
    return (bytes + step - 1) / step * step
  }

  /// Which blocks a request may get.
  enum Reuse {
    /// Those of its own class: larger ones are left for what needs them.
    case ownClass
    /// The smallest free one that is large enough: for what is returned before anything else is taken.
    case smallestThatFits
  }

  /// Takes a block of at least `bytes`, 64-byte aligned, with whatever it held before; it is returned with its size.
  static func take(_ bytes: Int, _ reuse: Reuse = .ownClass) -> (pointer: UnsafeMutableRawPointer, size: Int) {
    var size = classBytes(bytes)
    let (reused, surplus) = state.withLock { state -> (UInt?, [Block]) in
      // A measurement counts what would be needed if nothing else were free.
      if reuse == .smallestThatFits, state.measured == nil {
        size = state.smallestFree(from: size) ?? size
      }
      state.usedBytes += size
      state.measured?[size, default: ClassUse()].add(1)
      state.peakUsedBytes = max(state.peakUsedBytes, state.usedBytes)
      if let address = state.free[size]?.popLast() { return (address, []) }
      state.heldBytes += size
      state.passing?[size, default: 0] += 1
      return (nil, state.surplus())
    }
    for block in surplus { release(block) }
    if let reused, let pointer = UnsafeMutableRawPointer(bitPattern: reused) { return (pointer, size) }
    return (allocate(size), size)
  }

  /// Returns a block that `take` gave.
  static func give(_ pointer: UnsafeMutableRawPointer, size: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { state in
      state.usedBytes -= size
      state.measured?[size, default: ClassUse()].add(-1)
      state.free[size, default: []].append(address)
    }
  }

  /// Bytes in use now, at most at one time, and held altogether.
  static var statistics: (used: Int, peak: Int, held: Int) {
    state.withLock { ($0.usedBytes, $0.peakUsedBytes, $0.heldBytes) }
  }

  /// Bytes of the blocks that `work` needs beside those in use before it.
  ///
  /// A block serves its own class alone, so this is the sum of what each class needs at most.
  static func bytesTaken(by work: () throws -> Void) rethrows -> Int {
    state.withLock { $0.measured = [:] }
    defer { state.withLock { $0.measured = nil } }
    try work()
    return state.withLock { $0.measured?.reduce(0) { $0 + $1.key * $1.value.most } ?? 0 }
  }

  /// Does work once that is not like what comes after it: its memory goes back to the system, and it does not count for
  /// the peak.
  ///
  /// One piece of such work at a time.
  static func apart<Result>(_ work: () throws -> Result) rethrows -> Result {
    let peak = state.withLock { state in
      state.passing = [:]
      return state.peakUsedBytes
    }
    defer {
      let blocks = state.withLock { state -> [Block] in
        state.peakUsedBytes = max(peak, state.usedBytes)
        defer { state.passing = nil }
        return (state.passing ?? [:]).flatMap { size, count in
          (0..<count).compactMap { _ in
            guard let address = state.free[size]?.popLast() else { return nil }
            state.heldBytes -= size
            return Block(address: address, size: size)
          }
        }
      }
      for block in blocks { release(block) }
    }
    return try work()
  }

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    if size >= pageThreshold {
      let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let pages, pages != MAP_FAILED else { stopWithoutMemory("\(size) bytes") }
      // Huge pages make the first touch cheap; where the system has none this changes nothing.
      madvise(pages, size, MADV_HUGEPAGE)
      return pages
    }
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, 64, size) == 0, let pointer else { stopWithoutMemory("\(size) bytes") }
    return pointer
  }

  private static func release(_ block: Block) {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: block.address) else { return }
    if block.size >= pageThreshold { munmap(pointer, block.size) } else { free(pointer) }
  }
}
