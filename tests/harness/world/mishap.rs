//! What may befall devices and the server beside a broken connection.

use engine::Engine;
use server::store::Store;
use shared::id::ServerEpoch;

use super::{DeviceNo, World};
use crate::seed::Dice;

impl World {
    /// The browser throws away what the app stored; the program starts on nothing.
    pub fn evict(&mut self, device: DeviceNo) {
        self.crash(device);
        self.on_mut(device).disk.clear();
        self.restart(device);
    }

    /// The device is gone for good.
    pub fn lose(&mut self, device: DeviceNo) {
        self.crash(device);
        let it = self.on_mut(device);
        it.is_lost = true;
        it.is_online = false;
        it.engine = Engine::new(crate::quick_stretch);
    }

    /// Whether the device is gone for good.
    pub fn is_lost(&self, device: DeviceNo) -> bool {
        self.on(device).is_lost
    }

    /// Whether the device has a network.
    pub fn is_online(&self, device: DeviceNo) -> bool {
        self.on(device).is_online
    }

    /// Whether the device's storage takes nothing more.
    pub fn is_full(&self, device: DeviceNo) -> bool {
        self.on(device).is_full
    }

    /// The server's process ends and starts again; what it acknowledged is durable.
    pub fn restart_server(&mut self) {
        for device in self.devices() {
            if self.on(device).wire.is_some() {
                self.hang_up(device);
                self.connect_soon(device);
            }
        }
        let left: Vec<u64> = self.far_ends.keys().copied().collect();
        for number in left {
            self.forget_far_end(number);
        }
    }

    /// Copies everything a device has stored to another machine, which is then switched on.
    pub fn clone_device(&mut self, original: DeviceNo, name: &str) -> DeviceNo {
        let clone = self.device(name);
        self.on_mut(clone).disk = self.on(original).disk.clone();
        self.restart(clone);
        clone
    }

    /// Copies the server's database, as a backup does.
    pub fn back_up(&self) -> Store {
        // A backup keeps its database's name; only a restore draws a new one.
        self.store.copy_in_memory().expect("a copy in memory")
    }

    /// Puts an older database in place, under a new server epoch.
    pub fn restore(&mut self, mut backup: Store) {
        backup.renew_epoch(&mut self.dice).expect("a new server epoch");
        self.store = backup;
        self.restart_server();
    }

    /// The server's epoch.
    pub fn server_epoch(&self) -> ServerEpoch {
        self.store.epoch()
    }

    /// Dice for somebody beside the world, so that looking changes nothing in it.
    pub fn fork_dice(&mut self) -> Dice {
        let seed = self.dice.below(u64::MAX);
        Dice::seeded(seed)
    }
}
