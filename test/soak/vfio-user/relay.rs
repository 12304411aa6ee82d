//! Between a client of vfio-user and a server, with the server and the client of the crate `vfio_user`, which nobody here has
//! written: `vfio-user-relay LISTEN CONNECT`, two paths of sockets. What it is asked for it asks the other side for.

use std::fs::File;
use std::io::{Error, Result};
use std::os::fd::AsRawFd;
use std::path::Path;
use vfio_user::{Client, DmaMapFlags, DmaUnmapFlags, Server, ServerBackend, ServerRegion};

const REGIONS: u32 = 9;
const INDEXES: u32 = 5;

struct Relay {
    client: Client,
}

impl ServerBackend for Relay {
    fn region_read(&mut self, region: u32, offset: u64, data: &mut [u8]) -> Result<()> {
        self.client.region_read(region, offset, data).map_err(Error::other)
    }

    fn region_write(&mut self, region: u32, offset: u64, data: &[u8]) -> Result<()> {
        self.client.region_write(region, offset, data).map_err(Error::other)
    }

    fn dma_map(&mut self, _flags: DmaMapFlags, offset: u64, address: u64, size: u64, fd: Option<File>) -> Result<()> {
        let file = fd.ok_or_else(|| Error::other("memory without a descriptor"))?;
        self.client.dma_map(offset, address, size, file.as_raw_fd()).map_err(Error::other)
    }

    fn dma_unmap(&mut self, _flags: DmaUnmapFlags, address: u64, size: u64) -> Result<()> {
        self.client.dma_unmap(address, size).map_err(Error::other)
    }

    fn reset(&mut self) -> Result<()> {
        self.client.reset().map_err(Error::other)
    }

    fn set_irqs(&mut self, index: u32, flags: u32, start: u32, count: u32, fds: Vec<File>) -> Result<()> {
        let descriptors: Vec<_> = fds.iter().map(|file| file.as_raw_fd()).collect();
        self.client.set_irqs(index, flags, start, count, &descriptors).map_err(Error::other)
    }
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [listen, connect] = paths.as_slice() else {
        panic!("vfio-user-relay LISTEN CONNECT");
    };
    let mut client = Client::new(Path::new(connect)).expect("the other side");
    let regions = (0..REGIONS)
        .map(|index| {
            let mut region = ServerRegion { region_info: Default::default(), sparse_areas: Vec::new(), mmap_fd: None };
            region.region_info.argsz = 32;
            region.region_info.index = index;
            if let Some(own) = client.region(index) {
                region.region_info.flags = own.flags;
                region.region_info.size = own.size;
            }
            region
        })
        .collect();
    let irqs = (0..INDEXES).map(|index| client.get_irq_info(index).expect("its interrupts")).collect();
    let server = Server::new(Path::new(listen), client.resettable(), irqs, regions).expect("a socket");
    println!("listening");
    server.run(&mut Relay { client }).expect("a client");
}
