//! Volumes that a group asks for and where its tasks mount them.

noun! {
    /// A volume that a group asks for.
    VolumeRequest, VolumeRequestSpec {
        name = "Name": plain String;
        /// `host` or `csi`.
        kind = "Type": plain String;
        source = "Source": plain String;
        read_only = "ReadOnly": plain bool;
        sticky = "Sticky": plain bool;
        access_mode = "AccessMode": plain String;
        attachment_mode = "AttachmentMode": plain String;
        mount_options = "MountOptions": one MountOptions;
        per_alloc = "PerAlloc": plain bool;
    }
}

noun! {
    /// How a CSI volume is mounted.
    MountOptions, MountOptionsSpec {
        fs_type = "FSType": plain String;
        mount_flags = "MountFlags": list String;
    }
}

noun! {
    /// Where a task sees a volume of its group.
    VolumeMount, VolumeMountSpec {
        volume = "Volume": opt String;
        destination = "Destination": opt String;
        read_only = "ReadOnly": opt bool;
        propagation_mode = "PropagationMode": opt String;
        selinux_label = "SELinuxLabel": opt String;
    }
}
